# The changes of a recording, packed as the game makes them; `plain_changes` specifies the format.

cdef extern from "Python.h":
    const char* PyUnicode_AsUTF8AndSize(object text, Py_ssize_t* size) except NULL

cdef enum:
    BEFORE = 0
    DURING = 1
    # How a position, a velocity or a turn is given, and where its two bits are among the flags.
    KEPT = 0
    MOVED = 1
    SINGLE = 2
    DOUBLE = 3
    OF_WAY = 1
    PLACE_BITS = 0
    SPEED_BITS = 2
    TURN_BITS = 4
    JUMP = 0x40
    POINTS = 0x80
    OF_SHIELDS = 0x01
    SINGLE_POINTS = 0x02
    MOST_NAME_BYTES = 255
    RUN_BYTES = 1 << 15
    FRAMES_PER_BLOCK = 32
    DIGEST_EVERY = 128
    MOST_USUAL = 32
    FRAME_HEAD = 64
    CHANGE_HEAD = 5
    BLOCK_BYTES = 1 << 14

cdef long long ASKING = 1LL << 30
cdef long long ANSWERING = 1LL << 31


cdef inline bint is_finite(double value) noexcept:
    return value - value == 0.0


cdef inline bint are_finite(const double* vector) noexcept:
    return is_finite(vector[0]) and is_finite(vector[1]) and is_finite(vector[2])


cdef struct Bytes:
    unsigned char* first
    size_t size
    size_t room


cdef unsigned char* grow(Bytes* out, size_t more) except NULL:
    """Return where so many bytes can be written; they count once `size` is raised."""
    cdef size_t room
    cdef unsigned char* first
    if out.size + more > out.room:
        room = max(2 * out.room, out.size + more + 256)
        first = <unsigned char*>realloc(out.first, room)
        if first is NULL:
            raise MemoryError
        out.first = first
        out.room = room
    return out.first + out.size


cdef int put(Bytes* out, const void* data, size_t size) except -1:
    if size:
        memcpy(grow(out, size), data, size)
        out.size += size
    return 0


cdef int put_number(Bytes* out, int mark, unsigned long long value, int size) except -1:
    """Write msgpack's mark (none if negative) and a number of so many bytes, the highest first."""
    cdef unsigned char* at = grow(out, 9)
    cdef int place = 0
    if mark >= 0:
        at[0] = <unsigned char>mark
        at += 1
        out.size += 1
    for place in range(size):
        at[place] = <unsigned char>(value >> (8 * (size - 1 - place)))
    out.size += size
    return 0


cdef int put_whole(Bytes* out, unsigned long long value) except -1:
    if value < 0x80:
        return put_number(out, -1, value, 1)
    if value < 0x100:
        return put_number(out, 0xCC, value, 1)
    if value < 0x10000:
        return put_number(out, 0xCD, value, 2)
    if value < 0x100000000ULL:
        return put_number(out, 0xCE, value, 4)
    return put_number(out, 0xCF, value, 8)


cdef int put_binary(Bytes* out, const void* data, size_t size) except -1:
    if size < 0x100:
        put_number(out, 0xC4, size, 1)
    elif size < 0x10000:
        put_number(out, 0xC5, size, 2)
    else:
        put_number(out, 0xC6, size, 4)
    return put(out, data, size)


cdef int put_list_head(Bytes* out, size_t count) except -1:
    if count < 16:
        return put_number(out, -1, 0x90 | count, 1)
    if count < 0x10000:
        return put_number(out, 0xDC, count, 2)
    return put_number(out, 0xDD, count, 4)


cdef inline unsigned char* write_little(unsigned char* at, unsigned long long bits, int size) noexcept:
    """Write a number of so many bytes, the lowest first; return where it ends."""
    cdef int place
    for place in range(size):
        at[place] = <unsigned char>(bits >> (8 * place))
    return at + size


cdef unsigned char* write_numbers(unsigned char* at, const double* numbers, int count, int* kind) noexcept:
    """Write numbers in four bytes each if that is exact, else in eight; say which, and return where they end."""
    cdef double back
    cdef float short
    cdef unsigned int half
    cdef unsigned long long bits
    cdef int number
    kind[0] = SINGLE
    for number in range(count):
        short = <float>numbers[number]
        back = short
        if memcmp(&back, &numbers[number], sizeof(double)) != 0:
            kind[0] = DOUBLE
            break
    for number in range(count):
        if kind[0] == SINGLE:
            short = <float>numbers[number]
            memcpy(&half, &short, sizeof(half))
            at = write_little(at, half, 4)
        else:
            memcpy(&bits, &numbers[number], sizeof(bits))
            at = write_little(at, bits, 8)
    return at


cdef bint take_floats(object values, int count, double* out) except -1:
    """Read a tuple of so many finite floats; return whether it is one."""
    cdef int at
    if type(values) is not tuple or len(<tuple>values) != count:
        return False
    for at in range(count):
        value = (<tuple>values)[at]
        if type(value) is not float:
            return False
        out[at] = value
        if not is_finite(out[at]):
            return False
    return True


cdef class ActionCount:
    cdef public long long value


cdef class ChangeLog:
    cdef public long long phase
    cdef public double seconds
    cdef public dict ships
    cdef readonly long long frames, microseconds, bytes
    cdef readonly bint ended
    cdef ActionCount actions
    cdef bint in_frame
    cdef list made
    cdef Bytes run, block, scratch
    cdef long long answers, asked, run_phase, block_count
    cdef size_t record
    cdef double run_seconds

    def __init__(self, ActionCount actions=None):
        self.actions = actions if actions is not None else ActionCount()
        self.ships = {}
        self.made = []

    def __dealloc__(self):
        free(self.run.first)
        free(self.block.first)
        free(self.scratch.first)

    def begin_frame(self, long long microseconds):
        self.actions.value = 0
        self.in_frame = True
        self.phase = DURING
        self.seconds = microseconds / 1e6

    def leave_frame(self):
        self.actions.value = 0
        self.in_frame = False
        self.phase = BEFORE

    def begin_action(self):
        self.phase = (<long long>DURING if self.in_frame else ANSWERING) + self.actions.value

    def begin_asking(self):
        self.asked += 1
        self.phase = ASKING + self.asked

    def add(self, bytes change not None):
        if not self.ended:
            self.end_run()
            self.made.append(change)
            self.bytes += len(change)

    def add_answer(self, bytes change not None):
        if not self.ended:
            self.made.insert(self.answers, change)
            self.answers += 1
            self.bytes += len(change)

    def withdraw(self, change):
        cdef Py_ssize_t at
        for at in range(len(self.made) - 1, -1, -1):
            if self.made[at] is change:
                self.bytes -= len(<bytes>change)
                del self.made[at]
                return

    def take_back(self):
        self.run.size = self.record

    def move(self, ShipCore ship not None, position, velocity, orientation, jump):
        cdef double place[3]
        cdef double speed[3]
        cdef double turn[9]
        if (
            not take_floats(position, 3, place) or type(jump) is not bool
            or (velocity is not None and not take_floats(velocity, 3, speed))
            or (orientation is not None and not take_floats(orientation, 9, turn))
        ):
            return False
        return self.note_move(
            ship, place, speed if velocity is not None else NULL, turn if orientation is not None else NULL, jump
        )

    cdef const char* name_of(self, ShipCore ship, Py_ssize_t* length) except? NULL:
        """Return a ship's key in UTF-8, NULL if a record cannot name it."""
        cdef object key = ship.key
        cdef PyObject* found = PyDict_GetItemWithError(self.ships, key)
        cdef const char* name
        if found is not <PyObject*>ship:
            return NULL
        name = PyUnicode_AsUTF8AndSize(key, length)
        return name if length[0] <= MOST_NAME_BYTES else NULL

    cdef bint note_move(
        self, ShipCore ship, const double* place, const double* speed, const double* turn, bint jump
    ) except -1:
        """Add a move of finite numbers; return False if no record can say it."""
        cdef Py_ssize_t length = 0
        cdef const char* name = self.name_of(ship, &length)
        cdef unsigned char* start
        cdef unsigned char* at
        cdef int kind, flags = JUMP if jump else 0
        cdef double expected[3]
        cdef double seconds = self.seconds
        if name is NULL:
            return False
        if self.ended:
            return True
        start = at = self.begin_report(2 + length + 15 * sizeof(double))
        at[1] = <unsigned char>length
        memcpy(at + 2, name, length)
        at += 2 + length
        if self.block_count and memcmp(place, ship.place, sizeof(expected)) == 0:
            kind = KEPT
        else:
            kind = DOUBLE
            if self.block_count and seconds > 0.0:
                expected[0] = ship.place[0] + ship.motion[0] * seconds
                expected[1] = ship.place[1] + ship.motion[1] * seconds
                expected[2] = ship.place[2] + ship.motion[2] * seconds
                if memcmp(place, expected, sizeof(expected)) == 0:
                    kind = MOVED
            if kind != MOVED:
                at = write_numbers(at, place, 3, &kind)
        flags |= kind << PLACE_BITS
        if speed is not NULL:
            kind = DOUBLE
            if self.block_count and seconds > 0.0:
                expected[0] = (place[0] - ship.place[0]) / seconds
                expected[1] = (place[1] - ship.place[1]) / seconds
                expected[2] = (place[2] - ship.place[2]) / seconds
                if memcmp(speed, expected, sizeof(expected)) == 0:
                    kind = OF_WAY
            if kind != OF_WAY:
                at = write_numbers(at, speed, 3, &kind)
            flags |= kind << SPEED_BITS
        if turn is not NULL:
            at = write_numbers(at, turn, 9, &kind)
            flags |= kind << TURN_BITS
        start[0] = <unsigned char>flags
        self.run.size += at - start
        return True

    def points(self, ShipCore ship not None, bint is_hull, points):
        return type(points) is float and is_finite(points) and self.note_points(ship, is_hull, points)

    cdef bint note_points(self, ShipCore ship, bint is_hull, double points) except -1:
        """Add finite points; return False if no record can say it."""
        cdef Py_ssize_t length = 0
        cdef const char* name = self.name_of(ship, &length)
        cdef unsigned char* start
        cdef unsigned char* at
        cdef int kind
        if name is NULL:
            return False
        if self.ended:
            return True
        start = at = self.begin_report(2 + length + sizeof(double))
        at[1] = <unsigned char>length
        memcpy(at + 2, name, length)
        at = write_numbers(at + 2 + length, &points, 1, &kind)
        start[0] = POINTS | (0 if is_hull else OF_SHIELDS) | (SINGLE_POINTS if kind == SINGLE else 0)
        self.run.size += at - start
        return True

    cdef unsigned char* begin_report(self, size_t most) except NULL:
        """Return where a record of at most so many bytes begins."""
        if self.run.size and (
            self.run_phase != self.phase or self.run_seconds != self.seconds or self.run.size >= RUN_BYTES
        ):
            self.end_run()
        if self.run.size == 0:
            self.run_phase, self.run_seconds = self.phase, self.seconds
        self.record = self.run.size
        return grow(&self.run, most)

    cdef int end_run(self) except -1:
        cdef unsigned long long bits
        cdef Bytes* out = &self.scratch
        if self.run.size == 0:
            return 0
        out.size = 0
        put_number(out, -1, 0x95, 1)
        put_whole(out, self.run_phase)
        put(out, b"\xa0\xa7reports\x92", 10)
        memcpy(&bits, &self.run_seconds, sizeof(bits))
        put_number(out, 0xCB, bits, 8)
        put_binary(out, self.run.first, self.run.size)
        put_number(out, -1, 0x80, 1)
        self.made.append((<const char*>out.first)[:out.size])
        self.bytes += out.size
        self.run.size = 0
        self.record = 0
        return 0

    @property
    def count(self):
        return len(self.made) + (self.run.size != 0)

    def changes(self):
        self.end_run()
        return list(self.made)

    def end_usual_frame(self, long long microseconds):
        cdef size_t size = self.block.size + self.bytes + self.run.size + FRAME_HEAD + CHANGE_HEAD * len(self.made)
        if len(self.made) > MOST_USUAL:
            return False
        if self.frames % DIGEST_EVERY == 0 or self.block_count + 1 >= FRAMES_PER_BLOCK or size >= BLOCK_BYTES:
            return False
        self.add_frame(microseconds, None)
        return not self.ended

    def end_frame(self, long long microseconds, digest=None):
        return self.add_frame(microseconds, digest)

    cdef bint add_frame(self, long long microseconds, digest) except -1:
        cdef Bytes* out = &self.scratch
        if self.ended:
            return False
        self.end_run()
        out.size = 0
        put_number(out, -1, 0x93, 1)
        put_whole(out, microseconds)
        put_list_head(out, len(self.made))
        for change in self.made:
            put_binary(out, <const char*>(<bytes>change), len(<bytes>change))
        if digest is None:
            put_number(out, -1, 0xC0, 1)
        else:
            put_whole(out, digest)
        put_binary(&self.block, out.first, out.size)
        if self.made:
            self.made = []
            self.answers = self.bytes = 0
        self.asked = 0
        self.block_count += 1
        self.frames += 1
        self.microseconds += microseconds
        return self.block_count >= FRAMES_PER_BLOCK or self.block.size >= BLOCK_BYTES

    def take_block(self):
        cdef Bytes* out = &self.scratch
        if self.block_count == 0:
            return b""
        out.size = 0
        put_list_head(out, self.block_count)
        put(out, self.block.first, self.block.size)
        self.block.size = 0
        self.block_count = 0
        return (<const char*>out.first)[:out.size]

    def end(self):
        self.ended = True
        self.made = []
        self.run.size = self.record = self.block.size = 0
        self.answers = self.bytes = self.block_count = 0


cdef class TapCore:
    cdef WorldCore target
    cdef ChangeLog log
    cdef object recorder

    def use_log(self, WorldCore target not None, dict ships not None, ChangeLog log not None, recorder):
        self.target, self.log, self.recorder = target, log, recorder
        log.ships = ships

    def note_seconds(self, double seconds):
        if seconds > 0.0:
            self.log.seconds = seconds

    def move_ship(self, ShipCore ship not None, position, velocity=None, orientation=None, jump=False):
        cdef bint is_report = self.log.move(ship, position, velocity, orientation, jump)
        noted = None
        if not is_report:
            noted = self.recorder.record("", "move_ship", (ship, position, velocity, orientation, jump), {})
        try:
            self.target.take_move(ship, position, velocity, orientation, jump)
        except BaseException:
            self.take_back(is_report, noted)
            raise

    def set_ship(self, ShipCore ship not None, field, value):
        cdef bint is_report = (field == HULL_NAME or field == SHIELDS_NAME) and self.log.points(
            ship, field == HULL_NAME, value
        )
        noted = None
        if not is_report:
            noted = self.recorder.record("", "set_ship", (ship, field, value), {})
        try:
            return self.target.set_ship(ship, field, value)
        except BaseException:
            self.take_back(is_report, noted)
            raise

    cdef int take_back(self, bint is_report, noted) except -1:
        if is_report:
            self.log.take_back()
        else:
            self.recorder.withdraw(noted)
        return 0
