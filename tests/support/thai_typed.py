"""Thai words as they are typed, and the form in which all of them are equal."""

TYPED = [
    ("\u0e19\u0e4d\u0e49\u0e32", "\u0e19\u0e49\u0e33"),  # nam, water: nikhahit, tone, sara aa
    ("\u0e19\u0e49\u0e4d\u0e32", "\u0e19\u0e49\u0e33"),
    ("\u0e19\u0e33\u0e49", "\u0e19\u0e49\u0e33"),
    ("\u0e01\u0e4d\u0e32", "\u0e01\u0e33"),  # without a tone
    ("\u0e40\u0e40\u0e2b\u0e25\u0e21", "\u0e41\u0e2b\u0e25\u0e21"),  # laem: two sara e
    ("\u0e19\u0e49\u0e35", "\u0e19\u0e35\u0e49"),  # ni: the tone before its vowel
    ("\u0e17\u0e38\u0e48\u0e07", "\u0e17\u0e38\u0e48\u0e07"),
    ("\u0e17\u0e48\u0e38\u0e07", "\u0e17\u0e38\u0e48\u0e07"),
    ("\u0e09\u0e1a\u200b\u0e31\u0e07", "\u0e09\u0e1a\u0e31\u0e07"),
    ("Cafe\u0301", "Caf\u00e9"),
]  # fmt: skip
