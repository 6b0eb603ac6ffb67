import { chromium } from 'playwright-core';
const base='http://127.0.0.1:3104';
const js = process.argv[2] !== 'nojs';
const b = await chromium.launch({executablePath:'/usr/bin/chromium', args:['--headless','--no-sandbox','--disable-gpu','--disable-quic','--no-first-run','--disable-background-networking','--disable-component-update','--disable-sync']});
const c = await b.newContext({viewport:{width:375,height:800}, javaScriptEnabled: js, locale:'zh-CN'});
const p = await c.newPage();
p.on('console', m=>{ if(m.type()==='error') console.log('CONSOLE', m.text()); });
p.on('pageerror', e=>console.log('PAGEERROR', e.message));
p.on('response', r=>{ if(r.status()>=400) console.log('HTTP', r.status(), r.request().method(), r.url()); });
const shot = async n => { await p.screenshot({path:`/tmp/p4/shots/${js?'js':'nojs'}-${n}.png`, fullPage:true}); };
const ready = async()=>{ if(js) await p.waitForSelector('html[data-ready]',{timeout:30000}).catch(()=>console.log('not ready')); };
await p.goto(base+'/sign-in?next=/sell'); await ready();
await p.fill('input[name=login]', process.argv[3]||'seller@xiangji.example');
await p.fill('input[type=password]', process.argv[4]||'');
await Promise.all([p.waitForURL(/\/sell\//,{timeout:30000}).catch(()=>console.log('at',p.url())), p.locator('main form button').last().click()]);
await ready(); console.log('home', p.url()); await shot('home');
const team = p.url().split('/sell/')[1].split(/[?/#]/)[0];
for (const [n,u] of [['products',`/sell/${team}/products`],['parcels',`/sell/${team}/parcels`],['shipped',`/sell/${team}/parcels?status=shipped`],['transfers',`/sell/${team}/transfers`],['lists',`/sell/${team}/parcels/packing-lists`]]) { await p.goto(base+u); await shot(n); }
await p.goto(base+`/sell/${team}/products`); await ready();
await Promise.all([p.waitForURL(/products\/[0-9a-z]{13}/), p.getByRole('button',{name:'上架商品'}).first().click()]);
await ready(); console.log('edit', p.url()); await shot('edit-empty');
const dir='/work/main/server/service/data/demo/pictures/';
await p.setInputFiles('#f-files',[dir+'tea-mingqian-1.webp',dir+'tea-mingqian-2.webp']);
if(js){ await p.waitForFunction(()=>document.querySelectorAll('input[name="photos[]"]').length===2,null,{timeout:30000}).catch(()=>console.log('photos not there')); }
else { await Promise.all([p.waitForNavigation(), p.getByRole('button',{name:'上传选好的照片'}).click()]); console.log('after upload', p.url(), await p.locator('input[name="photos[]"]').count()); }
await p.fill('#f-name','试验绿茶 '+(js?'甲':'乙'));
await p.fill('#f-story','村里的茶，手工炒制。');
await p.fill('#f-variants-0-name','250 克罐装');
await p.fill('#f-variants-0-price','128');
await p.fill('#f-variants-0-base_quantity','250');
if(js){ await p.waitForFunction(()=>/已自动保存/.test(document.querySelector('.saved').textContent),null,{timeout:30000}).catch(()=>console.log('no autosave')); console.log(await p.locator('.saved').textContent(), await p.inputValue('[name=version]'), await p.inputValue('#f-variants-0-id')); 
  await c.setOffline(true); await p.fill('#f-story','村里的茶，手工炒制。断网时写的。'); await p.waitForTimeout(3500); console.log('offline:', await p.locator('.saved').textContent()); await shot('offline');
  await c.setOffline(false); await p.waitForFunction(()=>/已自动保存/.test(document.querySelector('.saved').textContent),null,{timeout:30000}).catch(()=>console.log('no save after reconnect')); console.log('online:', await p.locator('.saved').textContent());
  await c.setOffline(true); await p.fill('#f-story','重载之前没保存的话。'); await p.waitForTimeout(200); await c.setOffline(false); await p.reload(); await ready(); await p.waitForTimeout(500); console.log('restored:', await p.inputValue('#f-story'), '|', await p.locator('.saved').textContent());
}
await shot('edit-filled');
await Promise.all([p.waitForNavigation(), p.locator('button[value=publish]').click()]); await ready();
console.log('publish 1', p.url()); console.log(await p.locator('.form__errors').innerText().catch(()=>'no errors')); await shot('edit-refused');
await Promise.all([p.waitForNavigation(), p.locator('button[value=stock]').click()]); await ready();
console.log('stock', p.url()); await shot('stock-empty');
await p.fill('#f-received','20'); await p.fill('#f-inputs-0-weight_kg','20');
await p.fill('#f-certificate_issuer','张合作社'); await p.fill('#f-certificate_contact','13800000000');
await Promise.all([p.waitForNavigation(), p.getByRole('button',{name:'入库'}).click()]); await ready();
console.log(await p.locator('.form__errors').innerText().catch(()=>'batch ok')); await shot('stock');
await p.getByRole('link',{name:'返回商品'}).click(); await p.waitForLoadState(); await ready();
await Promise.all([p.waitForNavigation(), p.locator('button[value=preview]').click()]); await ready(); console.log('preview', p.url()); await shot('preview');
await p.goBack(); await p.goto(p.url()); await ready();
if(!/products\/[0-9a-z]{13}$/.test(p.url().split('?')[0])) console.log('where', p.url());
await Promise.all([p.waitForNavigation(), p.locator('button[value=publish]').click()]); await ready();
console.log('publish 2', p.url(), await p.locator('.form__errors').innerText().catch(()=>'ok')); await shot('published');
const shop = await p.getByRole('link',{name:'在店里看'}).getAttribute('href'); const r = await p.goto(base+shop); console.log('shop', shop, r.status(), await p.title());
await p.goto(base+`/sell/${team}/parcels`); await ready();
const track = p.locator('input[name=tracking_number]').first();
if(await track.count()){ await track.fill('SF123456'); await Promise.all([p.waitForNavigation(), p.getByRole('button',{name:'标记已发货'}).first().click()]); console.log('ship', p.url(), await p.locator('.alert').first().innerText()); await shot('after-ship'); }
await p.setViewportSize({width:1280,height:900});
for (const [n,u] of [['w-home',`/sell/${team}`],['w-products',`/sell/${team}/products`],['w-parcels',`/sell/${team}/parcels`]]) { await p.goto(base+u); await shot(n); }
await p.goto(base+`/en/sell/${team}/parcels`); await shot('w-en-parcels');
await b.close();
