"""What the city says to the bus f/b, signed: the VM cannot sign.

tests/sim/bus/test_city.py holds each to what City makes of ASKED.
"""

from firmware.identity import Identity

NOW_MS = 1795388400000
NOW_S = NOW_MS // 1000
KEYS = [
    "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c",
    "8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394",
]  # of City(1), City(2)
_OFFER = {"sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae", "parts": 3}


def identity(keys=1, fleet="f", bus="b", at=1704067200):
    return Identity(
        {
            "v": 1, "fleet": fleet, "bus": bus, "serial": "0123456789abcdef", "at": at,
            "client_id": "f-b-1", "user": fleet + "/" + bus, "password": "", "mac_key": "5a" * 32,
            "city_keys": KEYS[:keys], "ca": "", "cert": "", "key": "",
        }
    )  # fmt: skip


# Name, body, what else City.command() gets: its seed too.
ASKED = {
    "NORMAL_5": ("normal", {}, {"n": 5}),
    "DRILL_6": ("drill", {}, {"n": 6, "to": "f", "by": "สมชาย"}),
    "NORMAL_OF_C": ("normal", {}, {"n": 7, "to": "f/c"}),
    "NORMAL_LATE": ("normal", {}, {"n": 8, "until_s": 1795388399}),
    "NORMAL_FORGED": ("normal", {}, {"n": 9, "seed": 2}),
    "SEATS_10": ("out_of_service", {"seats": [7], "days": 3}, {"n": 10}),
    "OFFER_11": ("policy", _OFFER, {"n": 11}),
    "KEYS_12": ("city_keys", {"keys": KEYS}, {"n": 12}),
}
NORMAL_5 = (
    '{"v":1,"id":"a","for":"f/b","n":5,"until":1795388460,"by":"somchai","sig":"jH4tGYrm2wm2A'
    'zKFv8vEmEdXjF0BWH4VfEVVLCMWSbwvAQ6k7IxF1/KohhKX96nbG7v2dsxRQRBcnJfD7nr6Bg"}'
).encode()
DRILL_6 = (
    '{"v":1,"id":"a","for":"f","n":6,"until":1795388460,"by":"สมชาย","sig":"pBdmua0u1ThjOOgnJ'
    'F6/8X6ZJL6zLMdUZAYchkcMQaMa2TfJ5tKZ/THePumvDo0Cd+sxTmOf6J8p5M7UNIz9CA"}'
).encode()
NORMAL_OF_C = (
    '{"v":1,"id":"a","for":"f/c","n":7,"until":1795388460,"by":"somchai","sig":"n5B5bWW4EZJ79'
    'jNzfU+tMiK6UFAZ10WXTc8iKnld+bbmB24rDV/4biVkJ0crX8ff2hfapq2waDbw66YcRyWACg"}'
).encode()
NORMAL_LATE = (
    '{"v":1,"id":"a","for":"f/b","n":8,"until":1795388399,"by":"somchai","sig":"9/A+x9h3/sIlK'
    'PqqkBFq03EX4uS/+XCkbjiUW1zAViCVeB3OJvLm5Hky/3/E25goQRGNx+B3di7G8Dv1m5cTDw"}'
).encode()
NORMAL_FORGED = (
    '{"v":1,"id":"a","for":"f/b","n":9,"until":1795388460,"by":"somchai","sig":"xDfj6gVa/9hZa'
    'oElop55os0D+XYUIF+uqvGAZjXfhVUzgify090poNu0Wwpmv6mI63VVVxJ/PfDi+4Yd4a9yDw"}'
).encode()
SEATS_10 = (
    '{"v":1,"id":"a","for":"f/b","n":10,"until":1795388460,"by":"somchai","seats":[7],"days":'
    '3,"sig":"nJd9hxY232xRdNfdNgXMgbQuXHLpTUi1p8qrao2GGNQxm7bXoaFbPrtNL+AhW0fhTI//RKioKC3eLOS'
    'dur/YCQ"}'
).encode()
OFFER_11 = (
    '{"v":1,"id":"a","for":"f/b","n":11,"until":1795388460,"by":"somchai","sha256":"2c26b46b6'
    '8ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","parts":3,"sig":"jg2vrQmPlrZ4xJ'
    '/enHapn9Tpi39PJ0zKT8UPT+dDBCP42kWFhg3VCGFOC9sKXbdS1/2U5v5Q1q6iRv7TvgVDAw"}'
).encode()
KEYS_12 = (
    '{"v":1,"id":"a","for":"f/b","n":12,"until":1795388460,"by":"somchai","keys":["8a88e3dd74'
    '09f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c","8139770ea87d175f56a35466c34c7ec'
    'ccb8d8a91b4ee37a25df60f5b8fc9b394"],"sig":"V90JrsmHrkqFMP4Mnxn/XIvmKbfeegC8kzPngfCSHz0L6'
    'IVCCKoqntkGnjoCZV5s8fgU+VaYefCBd8pbxi0uCQ"}'
).encode()
