"""The usual first NMEA reader: a string for each field, a float for each number.

What firmware/gnss/nmea.py is measured against. It takes one character at a time, as the
well-known small readers do, and trusts what it is told.
"""


class NaiveNmea:
    def __init__(self):
        self.sentences = 0
        self.fields = []
        self.checksum = ""
        self.total = 0
        self.in_sentence = False
        self.in_checksum = False
        self.time = [0, 0, 0.0]
        self.date = [0, 0, 0]
        self.lat = [0, 0.0, "N"]
        self.lon = [0, 0.0, "E"]
        self.speed = (0.0, 0.0, 0.0)  # knots, miles/h, km/h
        self.course = 0.0
        self.altitude = 0.0
        self.hdop = 0.0
        self.in_use = 0
        self.used = []
        self.in_view = {}
        self.valid = False

    def feed(self, data, n):
        for i in range(n):
            self.update(chr(data[i]))

    def update(self, character):
        if character == "$":
            self.fields = [""]
            self.checksum = ""
            self.total = 0
            self.in_sentence = True
            self.in_checksum = False
        elif not self.in_sentence:
            return
        elif character == "*":
            self.in_checksum = True
        elif character in "\r\n":
            self.in_sentence = False
            if self.checksum and int(self.checksum, 16) == self.total:
                self.sentences += 1
                self.read()
        elif self.in_checksum:
            self.checksum += character
        else:
            self.total ^= ord(character)
            if character == ",":
                self.fields.append("")
            else:
                self.fields[-1] += character

    def read(self):
        reader = getattr(self, "read_" + self.fields[0][2:].lower(), None)
        if reader:
            reader(self.fields)

    def place(self, fields):
        self.lat = [int(fields[0][0:2]), float(fields[0][2:]), fields[1]]
        self.lon = [int(fields[2][0:3]), float(fields[2][3:]), fields[3]]

    def clock(self, text):
        if text:
            self.time = [int(text[0:2]), int(text[2:4]), float(text[4:])]

    def move(self, knots):
        self.speed = (knots, knots * 1.151, knots * 1.852)

    def read_rmc(self, fields):
        self.clock(fields[1])
        self.date = [int(fields[9][0:2]), int(fields[9][2:4]), int(fields[9][4:6])]
        self.valid = fields[2] == "A"
        if self.valid:
            self.place(fields[3:7])
            self.move(float(fields[7]))
            self.course = float(fields[8] or 0)

    def read_gga(self, fields):
        self.clock(fields[1])
        self.in_use = int(fields[7] or 0)
        self.hdop = float(fields[8] or 0)
        if int(fields[6]):
            self.place(fields[2:6])
            self.altitude = float(fields[9])

    def read_gll(self, fields):
        self.clock(fields[5])
        if fields[6] == "A":
            self.place(fields[1:5])

    def read_vtg(self, fields):
        self.course = float(fields[1] or 0)
        self.move(float(fields[5] or 0))

    def read_gsa(self, fields):
        self.used = [int(number) for number in fields[3:15] if number]
        self.hdop = float(fields[16])

    def read_gsv(self, fields):
        for at in range(4, len(fields) - 3, 4):
            self.in_view[fields[at]] = [int(value or 0) for value in fields[at + 1 : at + 4]]

    def read_zda(self, fields):
        self.clock(fields[1])
        self.date = [int(fields[2]), int(fields[3]), int(fields[4])]
