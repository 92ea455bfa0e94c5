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
_SHA = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
_RELEASE = {"manifest": _SHA, "bytes": 842}
_OFFER = {"sha256": _SHA, "parts": 3}


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
    "RELEASE_13": ("release", _RELEASE, {"n": 13}),
}
NORMAL_5 = (
    '{"v":1,"id":"a","for":"f/b","n":5,"until":2147483647,"by":"somchai","sig":"oLxZ8kgaHbaRo'
    'fWiejmkrF5/Q6nbl2gyJYGhW5wIJj2GXxkQWOesZdrSDc1Snrq9sikEWgNExXI4WwFki5pZBQ"}'
).encode()
DRILL_6 = (
    '{"v":1,"id":"a","for":"f","n":6,"until":2147483647,"by":"สมชาย","sig":"CwaI5bODzbzalb2Qc'
    'C+gLYm/FhYUeN/YQk3BY8bGPbGPwHDViDn9pc3k98ejAlhDE8vIQE1XJ9NPGZ5Ir31/DA"}'
).encode()
NORMAL_OF_C = (
    '{"v":1,"id":"a","for":"f/c","n":7,"until":2147483647,"by":"somchai","sig":"WySPRex53gOE/'
    'mT1tVu3QSo5LLECnvhrTJbghEdqkGy7bePgRXeQqkKbpF765aNGUISvRg3xMQAga9OvnDxUCQ"}'
).encode()
NORMAL_LATE = (
    '{"v":1,"id":"a","for":"f/b","n":8,"until":1795388399,"by":"somchai","sig":"9/A+x9h3/sIlK'
    'PqqkBFq03EX4uS/+XCkbjiUW1zAViCVeB3OJvLm5Hky/3/E25goQRGNx+B3di7G8Dv1m5cTDw"}'
).encode()
NORMAL_FORGED = (
    '{"v":1,"id":"a","for":"f/b","n":9,"until":2147483647,"by":"somchai","sig":"8dVmM+gOs+Qo0'
    'hSmfRHsclK8OScmrh2yyHOtpdFsWpaEyoI+UwCd8uKvRnRps7SmoTL3m6wdzxzTUs7O1X2FBw"}'
).encode()
SEATS_10 = (
    '{"v":1,"id":"a","for":"f/b","n":10,"until":2147483647,"by":"somchai","seats":[7],"days":'
    '3,"sig":"Pawwt7Z6h4U2HGemnM8vyhrQf+qWNu5JV2VRTqhXfgei5cB6dKqMo5L6+g1MJNpHcKbc/KJQBDO695p'
    'htJMHAA"}'
).encode()
OFFER_11 = (
    '{"v":1,"id":"a","for":"f/b","n":11,"until":2147483647,"by":"somchai","sha256":"2c26b46b6'
    '8ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","parts":3,"sig":"lA3WfIr/iQfCUF'
    'i1lctcwqjUy/MfEkOKyGdHHzSfZ+/cB98rw/NPGKLMsEHThu+KLGzKyGCJwZDQyt1WOILpAQ"}'
).encode()
KEYS_12 = (
    '{"v":1,"id":"a","for":"f/b","n":12,"until":2147483647,"by":"somchai","keys":["8a88e3dd74'
    '09f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c","8139770ea87d175f56a35466c34c7ec'
    'ccb8d8a91b4ee37a25df60f5b8fc9b394"],"sig":"t6kPuD4C3ca3scIX9eIlS8++Cg9kjsfOg9P1/gyRRhZiJ'
    '1vf0SUdBhyKYpsoF7SSn2ggHxay8KU4HvlIVagHDw"}'
).encode()
RELEASE_13 = (
    '{"v":1,"id":"a","for":"f/b","n":13,"until":2147483647,"by":"somchai","manifest":"2c26b46'
    'b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae","bytes":842,"sig":"kXAtvKQPfp'
    'M3ulQo7Kio9wKH3l1jaNesB4Hfjr8mQ7CgbulIP7lBPG9Vr9zaSoR/DP0duKxxJdzf9G1KTQEuBQ"}'
).encode()
