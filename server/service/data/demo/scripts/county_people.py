"""Places, collectives, units, teams, cadres and freight of the demonstration county."""
from checkdigits import credit

TOWNS = [
    ("chengguan", "城关镇", "Chengguan"), ("zuolong", "佐龙镇", "Zuolong"), ("taohe", "滔河镇", "Taohe"),
    ("guanyuan", "官元镇", "Guanyuan"), ("shimen", "石门镇", "Shimen"), ("minzhu", "民主镇", "Minzhu"),
    ("dadaohe", "大道河镇", "Dadaohe"), ("linhe", "蔺河镇", "Linhe"), ("siji", "四季镇", "Siji"),
    ("mengshiling", "孟石岭镇", "Mengshiling"), ("nangongshan", "南宫山镇", "Nangongshan"), ("yanmen", "堰门镇", "Yanmen"),
]

# slug, name, name_en, town, yearly target in yuan, story, story_en
VILLAGES = [
    ("zuolong-cun", "佐龙村", "Zuolong", "zuolong", 260000,
     "村子沿岚河铺开，老渡口就在村头。茶园在河谷两侧的坡地上，海拔六百到九百米，清明前后采头一轮。集体有一间初制车间，鲜叶当天进锅。",
     "The village lies along the Lan River, with the old ferry landing at its head. Tea grows on the slopes on both banks between 600 and 900 metres; the first picking comes around Qingming. The collective runs a small workshop and fires the leaf on the day it is picked."),
    ("tayuan", "塔元村", "Tayuan", "zuolong", 240000,
     "塔元的茶园多是村民自己开的梯地，一层一层到山腰。茶青按户过秤，票据留底，年底按斤两和股份分账。",
     "Most of Tayuan's tea stands on terraces the villagers cut themselves, layer upon layer to mid-slope. Leaf is weighed household by household, the slips are kept, and the year's earnings are shared by weight and by shares."),
    ("luanshigou", "乱石沟村", "Luanshigou", "zuolong", 180000,
     "沟里石头多、平地少，适合养蜂种茶。山上漆树、椴树、五倍子轮着开花，蜂箱放在背风的石坎上。",
     "A stony valley with little flat land, good for bees and tea. Lacquer, linden and sumac bloom in turn on the hills, and the hives stand on sheltered stone ledges."),
    ("lazhu", "蜡烛村", "Lazhu", "zuolong", 200000,
     "蜡烛村和邻近三个村一起种铁皮石斛，苗床搭在林下，用树皮和碎石做基质，三年可采。",
     "Lazhu grows dendrobium together with three neighbouring villages. The beds stand under trees on bark and gravel; stems are ready in the third year."),
    ("jinzhugou", "金珠沟村", "Jinzhugou", "zuolong", 200000,
     "金珠沟水好，石斛大棚和豆腐坊都在沟口。石斛鲜条十一月起采，分级后送到村口的冷库。",
     "Jinzhugou has good water; the dendrobium sheds and the tofu workshop both stand where the valley opens. Fresh stems are cut from November, graded and taken to the cold store at the village entrance."),
    ("zaoshu", "枣树村", "Zaoshu", "minzhu", 220000,
     "枣树村在岚河边的台地上，红薯和魔芋是主要作物。冬天磨粉、漏粉、晾粉，一挂一挂晒在竹竿上。",
     "Zaoshu sits on a terrace above the river. Sweet potato and konjac are its main crops; in winter the starch is milled, drawn into noodles and hung on bamboo poles to dry."),
    ("xinxi", "新喜村", "Xinxi", "minzhu", 160000,
     "新喜村养鸡在林下，鸡白天进山、傍晚回舍，吃玉米和野菜。每批上市前由镇兽医站检疫。",
     "Xinxi keeps its hens in woodland: out on the hill by day, home at dusk, fed on maize and wild greens. The town veterinary station inspects every batch before sale."),
    ("huaxing", "华兴村", "Huaxing", "minzhu", 160000,
     "华兴村的豆腐坊用本地黄豆和山泉水，豆干压得紧，柏枝慢熏。作坊有登记证，只在省内销售。",
     "Huaxing's tofu workshop uses local soybeans and spring water; the curd is pressed firm and smoked slowly over cypress twigs. It is a registered small workshop and sells within the province."),
    ("mazong", "马宗村", "Mazong", "minzhu", 180000,
     "马宗村在山梁上，和蜡烛、金珠沟隔一道梁。村里的石斛、核桃都由集体统一收、统一卖。",
     "Mazong lies on a ridge, one crest away from Lazhu and Jinzhugou. The collective buys in and sells the village's dendrobium and walnuts."),
    ("duba", "杜坝村", "Duba", "zuolong", 150000,
     "杜坝是岚河边一块难得的平坝，种油菜、红薯和黄豆。加工厂在坝头，做粉条和礼盒分装。",
     "Duba is a rare piece of level ground on the river, planted with rape, sweet potato and soybeans. The packing house at its edge makes vermicelli and packs the gift boxes."),
    ("hongda", "宏大村", "Hongda", "nangongshan", 170000,
     "宏大村在南宫山脚下，海拔高，昼夜温差大，魔芋和板栗长得慢。秋收以后，院坝里晒的都是魔芋片。",
     "Hongda lies below Nangong Mountain. It is high, nights are cold, and konjac and chestnuts grow slowly. After the harvest every yard is spread with sliced konjac."),
    ("tianping", "天坪村", "Tianping", "siji", 140000,
     "天坪在高山草甸边上，夏天凉，蜜源杂。村集体有两百多箱中蜂，一年只取一次蜜。",
     "Tianping borders high meadows: cool in summer, with mixed blossom. The collective keeps some two hundred hives of Chinese honey bees and takes honey once a year."),
    ("yiping", "易坪村", "Yiping", "mengshiling", 130000,
     "易坪的核桃树多是上一辈栽下的，九月白露前后打核桃，去青皮、水洗、晒干再入库。",
     "Most of Yiping's walnut trees were planted by the last generation. The nuts come down in September, are hulled, washed and dried before storing."),
    ("chayuan", "茶园村", "Chayuan", "linhe", 140000,
     "村名就叫茶园。老茶树散在田埂和房前屋后，新茶园在村后的缓坡，夏秋两季做红茶。",
     "The village name means tea garden. Old bushes stand on field banks and behind houses, new rows on the gentle slope above; summer and autumn leaf is made into black tea."),
    ("cheping", "车坪村", "Cheping", "taohe", 110000,
     "车坪在滔河上游，林地多。林下养鸡、捡蛋，每天一早由村里的车送到镇上。",
     "Cheping is on the upper Tao River, mostly woodland. Hens range under the trees, and the village van takes the eggs to town every morning."),
    ("longbanying", "龙板营村", "Longbanying", "guanyuan", 110000,
     "龙板营是县里最高的村子之一，冬天长，板栗和核桃要等霜降。",
     "Longbanying is among the highest villages of the county. Winter is long, and chestnuts and walnuts wait for the first frost."),
    ("yuechitai", "月池台村", "Yuechitai", "dadaohe", 120000,
     "月池台临着水库，台地向阳，春茶比山里早一周。",
     "Yuechitai overlooks the reservoir. Its terraces face the sun, and spring tea comes a week earlier than further up."),
    ("longxing", "隆兴村", "Longxing", "yanmen", 110000,
     "隆兴的河滩地种黄豆，坡地种红薯，豆干和薯粉都由集体收。",
     "Longxing plants soybeans on the river flats and sweet potatoes on the slopes; the collective buys both for tofu and starch."),
    ("erpa", "耳扒村", "Erpa", "chengguan", 130000,
     "耳扒离县城近，山坡上茶园连着民居，周末常有人来看采茶、炒茶。",
     "Erpa is close to the county seat. Tea rows run up to the houses, and at weekends people come to watch the picking and firing."),
    ("yuejing", "乐景村", "Yuejing", "shimen", 110000,
     "乐景村在石门的峡谷里，蜂箱挂在崖壁下，蜜色深、香味重。",
     "Yuejing lies in the Shimen gorge. Hives hang below the cliffs, and the honey is dark and strong in scent."),
]

CATEGORIES = [
    ("tea", "茶叶", "Tea"), ("dendrobium", "铁皮石斛", "Dendrobium"), ("vermicelli", "粉条", "Vermicelli"),
    ("tofu", "豆干", "Dried tofu"), ("poultry", "土鸡禽蛋", "Poultry and eggs"), ("konjac", "魔芋", "Konjac"),
    ("honey", "蜂蜜", "Honey"), ("nuts", "坚果", "Nuts"), ("gift-boxes", "礼盒", "Gift boxes"),
]

TEAMS = [
    dict(slug="tea-team", name="岚河茶产业服务队", name_en="Lan River Tea Team", kind="industry",
         towns=["zuolong", "chengguan", "linhe", "dadaohe"],
         villages=["zuolong-cun", "tayuan", "luanshigou", "chayuan", "yuechitai", "erpa"],
         place=("佐龙镇茶叶集散点", "Zuolong tea depot", "佐龙镇佐龙村老渡口茶叶加工车间", "Tea workshop at the old ferry, Zuolong village, Zuolong town", "0915-2999901")),
    dict(slug="dendrobium-team", name="石斛跨镇联合服务队", name_en="Cross-town Dendrobium Team", kind="cross_town",
         towns=["zuolong", "minzhu"], villages=["lazhu", "jinzhugou", "mazong", "zaoshu"],
         place=("金珠沟石斛冷库", "Jinzhugou cold store", "佐龙镇金珠沟村村口冷库", "Cold store at the entrance of Jinzhugou village, Zuolong town", "0915-2999902")),
    dict(slug="assistance-team", name="岚皋县消费帮扶队", name_en="Lan'gao Consumption-assistance Team", kind="consumption_assistance",
         towns=["minzhu", "zuolong", "nangongshan", "mengshiling", "guanyuan", "yanmen"],
         villages=["zaoshu", "huaxing", "duba", "hongda", "yiping", "longbanying", "longxing"],
         place=("杜坝分拣仓", "Duba packing house", "佐龙镇杜坝村集体加工厂一号仓", "Warehouse 1, collective packing house, Duba village, Zuolong town", "0915-2999903")),
    dict(slug="live-team", name="民主镇电商带货队", name_en="Minzhu Live-selling Team", kind="live_selling",
         towns=["minzhu", "siji", "taohe", "shimen"], villages=["xinxi", "tianping", "cheping", "yuejing"],
         place=("民主镇电商服务站", "Minzhu e-commerce station", "民主镇新喜村电商服务站", "E-commerce station, Xinxi village, Minzhu town", "0915-2999904")),
]

# slug, name, name_en, kind (place in the tree), sector, parent, credit-code prefix, region
UNITS = [
    ("university", "秦岭示范大学", "Qinling Demonstration University", "headquarters", "university", None, "12", "610000"),
    ("university-canteen-1", "秦岭示范大学第一食堂", "University Canteen 1", "canteen", "university", "university", "12", "610000"),
    ("university-canteen-2", "秦岭示范大学第二食堂", "University Canteen 2", "canteen", "university", "university", "12", "610000"),
    ("university-union", "秦岭示范大学工会", "University Trade Union", "union", "university", "university", "81", "610000"),
    ("bank", "汉水示范银行省分行", "Hanshui Demonstration Bank, Provincial Branch", "headquarters", "bank", None, "91", "610000"),
    ("bank-city-branch", "汉水示范银行市分行", "Hanshui Demonstration Bank, City Branch", "branch", "bank", "bank", "91", "610900"),
    ("bank-canteen", "汉水示范银行市分行职工食堂", "City Branch Staff Canteen", "canteen", "bank", "bank-city-branch", "91", "610900"),
    ("bank-union", "汉水示范银行市分行工会", "City Branch Trade Union", "union", "bank", "bank-city-branch", "81", "610900"),
    ("weather-bureau", "市气象局（示范）", "City Weather Bureau (demonstration)", "headquarters", "weather_bureau", None, "12", "610900"),
    ("weather-union", "市气象局工会（示范）", "Weather Bureau Trade Union (demonstration)", "union", "weather_bureau", "weather-bureau", "81", "610900"),
    ("metrology", "省计量研究院（示范）", "Provincial Metrology Institute (demonstration)", "headquarters", "metrology_institute", None, "12", "610000"),
    ("metrology-canteen", "省计量研究院职工食堂（示范）", "Metrology Institute Canteen (demonstration)", "canteen", "metrology_institute", "metrology", "12", "610000"),
    ("inspection", "省质量检验院（示范）", "Provincial Inspection Institute (demonstration)", "headquarters", "inspection_institute", None, "12", "610000"),
    ("inspection-union", "省质量检验院工会（示范）", "Inspection Institute Trade Union (demonstration)", "union", "inspection_institute", "inspection", "81", "610000"),
]

# village, unit, team, role, title kind, starts, ends
CADRES = [
    ("zuolong-cun", "university", "tea-team", "captain", "first_secretary", "2025-06-01", "2027-05-31"),
    ("tayuan", "bank-city-branch", "tea-team", "deputy", "first_secretary", "2025-06-01", "2027-05-31"),
    ("luanshigou", "weather-bureau", "tea-team", "member", "first_secretary", "2025-09-01", "2027-08-31"),
    ("erpa", "inspection", "tea-team", "member", "team_member", "2026-03-01", "2028-02-29"),
    ("lazhu", "inspection", "dendrobium-team", "captain", "first_secretary", "2025-06-01", "2027-05-31"),
    ("jinzhugou", "metrology", "dendrobium-team", "deputy", "first_secretary", "2025-06-01", "2027-05-31"),
    ("mazong", "university", "dendrobium-team", "member", "first_secretary", "2025-11-01", "2027-10-31"),
    ("zaoshu", "metrology", "assistance-team", "captain", "first_secretary", "2025-06-01", "2027-05-31"),
    ("huaxing", "bank", "assistance-team", "deputy", "first_secretary", "2025-06-01", "2027-05-31"),
    ("duba", "bank-city-branch", "assistance-team", "member", "first_secretary", "2025-07-01", "2027-06-30"),
    ("hongda", "university", "assistance-team", "member", "first_secretary", "2025-07-01", "2027-06-30"),
    ("xinxi", "weather-bureau", "live-team", "captain", "first_secretary", "2025-06-01", "2027-05-31"),
    ("tianping", "inspection", "live-team", "deputy", "first_secretary", "2025-08-01", "2027-07-31"),
    ("cheping", "metrology", "live-team", "member", "team_member", "2026-01-01", "2027-12-31"),
]


def row(regions, first, step, surcharge=0):
    return dict(regions=regions, first_fee_fen=first, step_fee_fen=step, surcharge_fen=surcharge)


# "first" and "step" are grams for mode weight, pieces for mode piece. A row with no regions is the default row.
FREIGHT = [
    dict(slug="tea-weight", team="tea-team", name="茶叶按重量", name_en="Tea, by weight", mode="weight", first=1000, step=1000,
         rows=[row([], 800, 300), row(["61"], 600, 200), row(["65", "54"], 1500, 1000, 500)],
         free_over_fen=9900, no_delivery=["71", "81", "82"]),
    dict(slug="dendrobium-weight", team="dendrobium-team", name="石斛按重量", name_en="Dendrobium, by weight", mode="weight", first=1000, step=500,
         rows=[row([], 1000, 400), row(["61"], 800, 200), row(["65", "54"], 2000, 1000, 800)],
         free_over_fen=19900, no_delivery=["71", "81", "82"]),
    dict(slug="dry-goods-weight", team="assistance-team", name="干货按重量", name_en="Dry goods, by weight", mode="weight", first=1000, step=1000,
         rows=[row([], 800, 250), row(["61"], 500, 150), row(["65", "54"], 1800, 1200, 600)],
         free_over_fen=12900, no_delivery=["71", "81", "82"]),
    dict(slug="gift-box-piece", team="assistance-team", name="礼盒按件", name_en="Gift boxes, by piece", mode="piece", first=1, step=1,
         rows=[row([], 1000, 500), row(["61"], 800, 300), row(["65", "54"], 2200, 1500, 800)],
         free_over_fen=29900, no_delivery=["71", "81", "82"]),
    dict(slug="honey-piece", team="live-team", name="蜂蜜按件", name_en="Honey, by piece", mode="piece", first=1, step=1,
         rows=[row([], 1000, 300), row(["61"], 700, 200), row(["65", "54"], 2000, 1200, 500)],
         free_over_fen=15900, no_delivery=["71", "81", "82"]),
    dict(slug="cold-piece", team="live-team", name="冷链按件", name_en="Cold chain, by piece", mode="piece", first=1, step=1,
         rows=[row([], 2800, 1200), row(["61", "51", "50", "42", "41"], 1800, 800)],
         free_over_fen=None, no_delivery=["54", "65", "63", "46", "71", "81", "82"]),
]


def build():
    """The people and places part of county.json."""
    towns = [dict(slug=s, name=n, name_en=e) for s, n, e in TOWNS]
    villages = []
    for i, (slug, name, en, town, target, story, story_en) in enumerate(VILLAGES):
        town_name, town_en = next((n, e) for s, n, e in TOWNS if s == town)
        villages.append(dict(
            slug=slug, name=name, name_en=f"{en} Village", town=town, story=story, story_en=story_en,
            yearly_target_fen=target * 100, picture=f"village-{slug}.webp",
            collective=dict(name=f"岚皋县{town_name}{name}股份经济合作社",
                            name_en=f"{en} Village Share Cooperative, {town_en} Town",
                            credit_code=credit("N2", "610925", f"MFXD{i + 1:04d}"))))
    categories = [dict(slug=s, name=n, name_en=e, picture=f"category-{s}.webp") for s, n, e in CATEGORIES]
    teams = []
    for t in TEAMS:
        name, name_en, address, address_en, phone = t["place"]
        team = {k: v for k, v in t.items() if k != "place"}
        team["dispatch_place"] = dict(name=name, name_en=name_en, region_code="610925",
                                      address=address, address_en=address_en, phone=phone)
        teams.append(team)
    units = [dict(slug=s, name=n, name_en=e, kind=k, sector=sector, parent=parent,
                  credit_code=credit(prefix, region, f"MUXD{i + 1:04d}"))
             for i, (s, n, e, k, sector, parent, prefix, region) in enumerate(UNITS)]
    names = {v["slug"]: (v["name"], v["name_en"]) for v in villages}
    cadres = []
    for village, unit, team, role, title, starts, ends in CADRES:
        zh, en = names[village]
        first = title == "first_secretary"
        cadres.append(dict(slug=f"cadre-{village}", title_name=zh + ("驻村第一书记" if first else "驻村工作队队员"),
                           title_en=("First Secretary posted to " if first else "Work-team member posted to ") + en,
                           village=village, unit=unit, starts_on=starts, ends_on=ends, team=team, team_role=role))
    return dict(towns=towns, villages=villages, categories=categories, teams=teams, units=units,
                cadres=cadres, freight_templates=FREIGHT)
