"""Check digits used by the demonstration data.

- unified social credit code: GB 32100-2015, with the organisation body's own digit after GB 11714
- food production licence (SC): ISO 7064 MOD 11,10 (GB/T 17710) over the 13 digits after "SC"
"""
CHARSET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def organisation(body8: str) -> str:
    """Eight characters of an organisation code with their GB 11714 check character."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = sum(alphabet.index(c) * w for c, w in zip(body8, (3, 7, 9, 10, 5, 8, 4, 2)))
    check = 11 - total % 11
    return body8 + ("X" if check == 10 else "0" if check == 11 else str(check))


def credit_check(first17: str) -> str:
    total = sum(CHARSET.index(c) * pow(3, i, 31) for i, c in enumerate(first17))
    return CHARSET[(31 - total % 31) % 31]


def credit(prefix: str, region: str, body8: str) -> str:
    first17 = prefix + region + organisation(body8)
    return first17 + credit_check(first17)


def sc_check(first13: str) -> str:
    p = 10
    for c in first13:
        s = (p + int(c)) % 10 or 10
        p = s * 2 % 11
    return str((11 - p) % 10)


def sc(category: str, serial: int) -> str:
    first13 = f"{category}610925{serial:04d}"
    return "SC" + first13 + sc_check(first13)


def verify_credit(code: str) -> bool:
    return len(code) == 18 and credit_check(code[:17]) == code[17] and organisation(code[8:16]) == code[8:17]


def verify_sc(number: str) -> bool:
    # The whole number, check digit included, must leave remainder 1 (a different route than sc_check).
    if len(number) != 16 or not number.startswith("SC") or not number[2:].isdigit():
        return False
    p = 10
    for c in number[2:15]:
        s = (p + int(c)) % 10 or 10
        p = s * 2 % 11
    return (p + int(number[15])) % 10 == 1


# Self-tests on published examples: GB 32100-2015 gives 91350100M000100Y43; GB/T 17710's MOD 11,10 example is 0794 -> 5.
assert verify_credit("91350100M000100Y43") or credit_check("91350100M000100Y4") == "3"
assert sc_check("0794") == "5"
