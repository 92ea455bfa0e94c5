"""Laem Chabang: roads, schools and stops, and where the mobile signal is weak.

Names are those of the place; positions are approximate (a few hundred metres),
set down from general knowledge and not surveyed: good for a simulator, not for
a map. A Place is where roads meet, bend, or a bus stops.

Speed limits (km/h): 60 in the town, 70 outside, 80 on divided multi-lane
roads, 90 on the motorway, for school vehicles, as approved in principle in
June 2021; 30 in front of a school is the project's own choice.
"""

from __future__ import annotations

from typing import NamedTuple

from sim.world.roads import RoadMap


class Road(NamedTuple):
    name: str
    name_th: str
    limit_kmh: int
    places: tuple[str, ...]


class Route(NamedTuple):
    """A route: from the depot along the stops to the school, and back in the afternoon."""

    name: str
    school: str
    stops: tuple[str, ...]


PLACES: dict[str, tuple[float, float]] = {
    # Sukhumvit Road, north to south
    "khao_nam_sap": (13.1380, 100.9290),
    "kasetsart": (13.1215, 100.9215),
    "ao_udom_junction": (13.1120, 100.9160),
    "thung_sukhla_junction": (13.0990, 100.9130),
    "laem_chabang_junction": (13.0850, 100.9120),
    "na_kao": (13.0720, 100.9160),
    "bang_lamung_north": (13.0570, 100.9230),
    "bang_lamung": (13.0450, 100.9290),
    # the port and the motorway's port branch
    "port_gate": (13.0830, 100.8870),
    "port_road": (13.0835, 100.8980),
    "motorway_toll": (13.0866, 100.9400),
    "motorway_bend": (13.0940, 100.9700),
    "nong_kham_exit": (13.1100, 100.9950),
    # Ao Udom, Thung Sukhla and the old town by the sea
    "ao_udom_road": (13.1145, 100.9050),
    "ao_udom": (13.1135, 100.8945),
    "coast_bend": (13.1040, 100.8935),
    "thung_sukhla": (13.0965, 100.8965),
    "thung_sukhla_road": (13.0985, 100.9040),
    "thung_sukhla_school": (13.0988, 100.9085),
    "old_town": (13.0895, 100.8940),
    "municipal_road": (13.0890, 100.9070),
    "municipal_school": (13.0905, 100.9025),
    "city_hall": (13.0872, 100.9090),
    # Nong Kham and Nong Makok, inland
    "nong_kham_bend": (13.1150, 100.9350),
    "nong_kham": (13.1085, 100.9560),
    "nong_kham_school": (13.1078, 100.9600),
    "nong_kham_zone_end": (13.1080, 100.9640),
    "nong_kham_east": (13.1090, 100.9750),
    "nong_makok_road": (13.0745, 100.9240),
    "depot": (13.0770, 100.9310),
    "nong_makok": (13.0805, 100.9395),
    # Bang Lamung and Takhian Tia, south
    "takhian_tia_road": (13.0420, 100.9420),
    "takhian_tia": (13.0360, 100.9600),
    "bang_lamung_school": (13.0478, 100.9245),
}

ROADS = (
    Road("Sukhumvit Road (Highway 3)", "ถนนสุขุมวิท (ทางหลวง 3)", 80,
         ("khao_nam_sap", "kasetsart", "ao_udom_junction", "thung_sukhla_junction",
          "laem_chabang_junction", "na_kao", "bang_lamung_north", "bang_lamung")),
    Road("Motorway 7, port branch", "ทางหลวงพิเศษหมายเลข 7 สายแยกท่าเรือ", 90,
         ("motorway_toll", "motorway_bend", "nong_kham_exit")),
    Road("Port Road", "ถนนทางเข้าท่าเรือแหลมฉบัง", 60,
         ("port_gate", "port_road", "laem_chabang_junction", "motorway_toll")),
    Road("Ao Udom Road", "ถนนอ่าวอุดม", 60, ("ao_udom_junction", "ao_udom_road", "ao_udom")),
    Road("Coast Road", "ถนนเลียบชายทะเล", 60,
         ("ao_udom", "coast_bend", "thung_sukhla", "old_town", "port_road")),
    Road("Thung Sukhla Road", "ถนนทุ่งสุขลา", 60, ("thung_sukhla", "thung_sukhla_road")),
    Road("Thung Sukhla school zone", "เขตโรงเรียนทุ่งสุขลา", 30,
         ("thung_sukhla_road", "thung_sukhla_school", "thung_sukhla_junction")),
    Road("Municipal Road", "ถนนเทศบาล", 60,
         ("laem_chabang_junction", "city_hall", "municipal_road")),
    Road("Municipal school zone", "เขตโรงเรียนเทศบาล", 30,
         ("municipal_road", "municipal_school", "old_town")),
    Road("Nong Kham Road", "ถนนหนองขาม", 70,
         ("kasetsart", "nong_kham_bend", "nong_kham")),
    Road("Nong Kham school zone", "เขตโรงเรียนหนองขาม", 30,
         ("nong_kham", "nong_kham_school", "nong_kham_zone_end")),
    Road("Nong Kham Road, east", "ถนนหนองขามตะวันออก", 70,
         ("nong_kham_zone_end", "nong_kham_east", "nong_kham_exit")),
    Road("Nong Makok Road", "ถนนหนองมะกอก", 60,
         ("na_kao", "nong_makok_road", "depot", "nong_makok", "motorway_toll")),
    Road("Takhian Tia Road", "ถนนตะเคียนเตี้ย", 70,
         ("bang_lamung", "takhian_tia_road", "takhian_tia")),
    Road("Bang Lamung school zone", "เขตโรงเรียนบางละมุง", 30,
         ("bang_lamung", "bang_lamung_school", "bang_lamung_north")),
)  # fmt: skip

# (English, Thai)
STOPS: dict[str, tuple[str, str]] = {
    "khao_nam_sap": ("Khao Nam Sap", "เขาน้ำซับ"),
    "kasetsart": ("Kasetsart University gate", "หน้ามหาวิทยาลัยเกษตรศาสตร์ ศรีราชา"),
    "ao_udom_junction": ("Ao Udom junction", "แยกอ่าวอุดม"),
    "ao_udom": ("Ao Udom market", "ตลาดอ่าวอุดม"),
    "coast_bend": ("Ban Laem Chabang", "บ้านแหลมฉบัง"),
    "thung_sukhla": ("Thung Sukhla", "ทุ่งสุขลา"),
    "old_town": ("Laem Chabang old town", "ชุมชนแหลมฉบังเก่า"),
    "port_gate": ("Port housing", "ชุมชนหน้าท่าเรือ"),
    "city_hall": ("City hall", "สำนักงานเทศบาลนครแหลมฉบัง"),
    "na_kao": ("Ban Na Kao", "บ้านนาเก่า"),
    "nong_makok": ("Nong Makok", "หนองมะกอก"),
    "nong_kham": ("Nong Kham market", "ตลาดหนองขาม"),
    "nong_kham_east": ("Nong Kham east", "หนองขามตะวันออก"),
    "bang_lamung": ("Bang Lamung", "บางละมุง"),
    "takhian_tia": ("Takhian Tia", "ตะเคียนเตี้ย"),
    "depot": ("Bus depot", "อู่รถโรงเรียน"),
}

SCHOOLS: dict[str, tuple[str, str]] = {
    "thung_sukhla_school": ("Thung Sukla Phitthaya School", "โรงเรียนทุ่งศุขลาพิทยา"),
    "municipal_school": ("Laem Chabang Municipal School 1", "โรงเรียนเทศบาลแหลมฉบัง 1"),
    "nong_kham_school": ("Ban Nong Kham School", "โรงเรียนบ้านหนองขาม"),
    "bang_lamung_school": ("Bang Lamung School", "โรงเรียนบางละมุง"),
}

ROUTES = (
    Route("Ao Udom", "thung_sukhla_school", ("kasetsart", "ao_udom_junction", "ao_udom")),
    Route("Port", "municipal_school", ("na_kao", "port_gate", "old_town")),
    Route("Nong Kham", "nong_kham_school", ("nong_makok", "ao_udom_junction", "kasetsart")),
    Route("Takhian Tia", "bang_lamung_school", ("na_kao", "takhian_tia", "bang_lamung")),
    Route("Khao Nam Sap", "municipal_school", ("nong_kham", "khao_nam_sap", "city_hall")),
    Route("Coast", "thung_sukhla_school", ("city_hall", "old_town", "coast_bend")),
    Route("Motorway", "municipal_school", ("nong_makok", "nong_kham_east", "thung_sukhla")),
)

# Where a modem loses its network: (lat, lon, radius in m)
DEAD_SPOTS = (
    (13.0905, 100.9560, 700),  # motorway cutting
    (13.1180, 100.9290, 450),  # between the hills towards Nong Kham
    (13.1010, 100.8945, 350),  # coast road under the cliff
    (13.0650, 100.9190, 400),  # Sukhumvit between Na Kao and Bang Lamung
    (13.0395, 100.9520, 500),  # Takhian Tia's fields
)
TOWERS = ((13.0850, 100.9080), (13.1160, 100.9080), (13.1100, 100.9600), (13.0480, 100.9300))

ROADMAP = RoadMap(PLACES, [(road.places, road.limit_kmh) for road in ROADS])


def place_name(key: str) -> str:
    """The English name of a stop or school; KeyError if it is neither."""
    return (STOPS.get(key) or SCHOOLS[key])[0]
