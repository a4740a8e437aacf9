# Writes: the fields of ships and the table of variables, in C, with the dirty flags that a write sets.

cdef enum:
    STATUS = 0
    HULL = 1
    SHIELDS = 2
    POSITION = 3
    VELOCITY = 4
    ORIENTATION = 5
    FIELDS = 6

cdef dict FIELD_NUMBERS = {
    "status": STATUS, "hull": HULL, "shields": SHIELDS,
    "position": POSITION, "velocity": VELOCITY, "orientation": ORIENTATION,
}
cdef tuple FIELD_NAMES = ("status", "hull", "shields", "position", "velocity", "orientation")
cdef frozenset SUBJECTS = frozenset(("ship", "team", "wing", "player-ship", "nav"))

# Where a ship is in its life, as C code reads it.
cdef enum:
    NOT_YET = 0
    PRESENT = 1
    DEATH_ROLL = 2
    EXITED = 3

cdef dict LIVES = {"not-yet": NOT_YET, "present": PRESENT, "death-roll": DEATH_ROLL, "exited": EXITED}


cdef struct Edge:
    unsigned char* flag
    unsigned char* pending
    long long* until  # up to this moment movement alone changes nothing for the reader; NULL: it always may


cdef struct Edges:
    Edge* first
    int count
    int room
    int others  # readers that are no row of bytes: a write finds them by its key


cdef int add_edge(Edges* edges, unsigned char* flag, unsigned char* pending, long long* until) except -1:
    cdef int room
    cdef Edge* grown
    if edges.count == edges.room:
        room = 4 if edges.room == 0 else 2 * edges.room
        grown = <Edge*>realloc(edges.first, room * sizeof(Edge))
        if grown is NULL:
            raise MemoryError
        edges.first = grown
        edges.room = room
    edges.first[edges.count].flag = flag
    edges.first[edges.count].pending = pending
    edges.first[edges.count].until = until
    edges.count += 1
    return 0


cdef bint drop_edge(Edges* edges, unsigned char* flag) noexcept:
    """Remove one edge to a flag; return whether there was one."""
    cdef int at
    for at in range(edges.count):
        if edges.first[at].flag == flag:
            edges.count -= 1
            edges.first[at] = edges.first[edges.count]
            return True
    return False


cdef inline void fire(Edges* edges) noexcept:
    cdef int at
    for at in range(edges.count):
        edges.first[at].flag[0] = 1
        edges.first[at].pending[0] = 1


cdef int fire_moved(Edges* edges, BoardCore board) except -1:
    """Like `fire`, for a field that movement changes; readers that still wait for a bound get no flag."""
    cdef int at
    cdef long long now = -1
    cdef Edge* edge
    for at in range(edges.count):
        edge = &edges.first[at]
        if edge.until is not NULL and edge.until[0]:
            if now < 0:
                now = board.now()
            if now < edge.until[0]:
                continue
        edge.flag[0] = 1
        edge.pending[0] = 1
    return 0


cdef inline unsigned char* flag_of(bytearray row, Py_ssize_t index) except NULL:
    if not 0 <= index < len(row):
        raise IndexError(index)
    return <unsigned char*>PyByteArray_AS_STRING(row) + index


cdef class Subject:
    """The subject of facts (a ship, a wing, a side, the player's ship): the edges of its hot fields.

    The rows of flags that edges point into are kept alive by the board's own list of edges, and are never resized.
    """

    cdef Edges fields[FIELDS]
    cdef tuple key

    def __cinit__(self, tuple key not None):
        self.key = key

    def __dealloc__(self):
        cdef int field
        for field in range(FIELDS):
            free(self.fields[field].first)

    cdef int touch(self, BoardCore board, int field) except -1:
        if field < POSITION:
            fire(&self.fields[field])
        elif self.fields[field].count:
            fire_moved(&self.fields[field], board)
        if self.fields[field].others:
            set_flags(board.readers, ((*self.key, FIELD_NAMES[field]),))
        return 0


cdef class ClockCore:
    """The moment of the mission, as a C number that programs read."""

    cdef public long long us


cdef class BoardCore:
    cdef public object observer
    cdef public int generation
    cdef dict _subjects, _programs
    cdef dict _pinned  # rows of flags that edges point into: a view of each, so that it cannot grow, and how many edges
    cdef VariablesCore _variables
    cdef ClockCore _clock

    def __cinit__(self, *arguments, **keywords):
        self._subjects = {}
        self._programs = {}
        self._pinned = {}

    def use_clock(self, ClockCore clock not None):
        self._clock = clock

    cdef inline long long now(self) except? -1:
        return NEVER if self._clock is None else self._clock.us

    def bind(self, bytearray flags not None, Py_ssize_t index, program):
        key = <size_t>flag_of(flags, index)
        if program is None:
            self._programs.pop(key, None)
        else:
            self._programs[key] = program

    def flag(self, keys):
        cdef Edges* edges
        for key in keys:
            edges = self.hot(key)
            if edges is NULL or edges.others:
                set_flags(self.readers, (key,))
            else:
                fire_moved(edges, self)

    cdef Subject subject(self, tuple key):
        """Return the subject of facts about a ship; a new one takes over the edges that the board knows."""
        found = self._subjects.get(key)
        if found is None:
            found = self._subjects[key] = Subject(key)
            for name in FIELD_NAMES:
                for edge in self.readers.get((*key, name), ()):
                    self.add_hot_edge((*key, name), edge)
        return found

    def use_variables(self, VariablesCore variables):
        self._variables = variables

    cdef Edges* hot(self, tuple key) except? NULL:
        """Return the edges in C of a fact, NULL if it has none there."""
        cdef Py_ssize_t size = len(key)
        cdef Py_ssize_t index
        if size == 2 and key[0] == "var":
            index = key[1]
            if self._variables is not None and 0 <= index < self._variables.size:
                return &self._variables.edges[index]
            return NULL
        if size < 2 or key[0] not in SUBJECTS:
            return NULL
        field = FIELD_NUMBERS.get(key[size - 1])
        if field is None:
            return NULL
        found = self._subjects.get(key[:size - 1])
        if found is None:  # of no ship
            return NULL
        return &(<Subject>found).fields[<int>field]

    def add_hot_edge(self, tuple key not None, tuple edge not None):
        cdef Edges* edges = self.hot(key)
        if edges is NULL:
            return
        cdef unsigned char* flag
        cdef long long* until = NULL
        if type(edge[0]) is bytearray:
            flag = flag_of(edge[0], edge[1])
            if self._programs and FIELD_NUMBERS.get(key[len(key) - 1], 0) >= POSITION:
                program = self._programs.get(<size_t>flag)
                if program is not None:
                    until = &(<Program>program).until
            add_edge(edges, flag, flag_of(edge[2], 0), until)
            self.pin(edge[0])
        else:
            edges.others += 1

    cdef int pin(self, row) except -1:
        pinned = self._pinned.get(id(row))
        if pinned is None:
            self._pinned[id(row)] = [memoryview(row), 1]
        else:
            pinned[1] += 1
        return 0

    def drop_hot_edge(self, tuple key not None, flags, index):
        cdef Edges* edges = self.hot(key)
        if edges is NULL:
            return
        if type(flags) is bytearray:
            if drop_edge(edges, flag_of(flags, index)):
                pinned = self._pinned[id(flags)]
                pinned[1] -= 1
                if pinned[1] == 0:
                    del self._pinned[id(flags)]
        else:
            edges.others -= 1


cdef class ShipCore:
    cdef public double hull, max_hull, shields, max_shields, radius
    cdef public bint is_player
    cdef public object speed_bound, docked
    cdef object _status, _position, _velocity, _orientation
    cdef int life
    cdef double place[3]
    cdef double motion[3]
    cdef double frame[9]
    cdef tuple _subjects
    cdef BoardCore board

    def __cinit__(self, *arguments, **keywords):
        self._subjects = ()

    def watch(self, board, subjects):
        cdef BoardCore core = board
        self.board = core
        self._subjects = tuple([core.subject(subject) for subject in subjects])

    @property
    def status(self):
        return self._status

    @status.setter
    def status(self, value):
        self.life = LIVES[value.value]
        self._status = value

    @property
    def position(self):
        return self._position

    @position.setter
    def position(self, value):
        self.place[0], self.place[1], self.place[2] = value
        self._position = value

    @property
    def velocity(self):
        return self._velocity

    @velocity.setter
    def velocity(self, value):
        self.motion[0], self.motion[1], self.motion[2] = value
        self._velocity = value

    @property
    def orientation(self):
        return self._orientation

    @orientation.setter
    def orientation(self, value):
        cdef double parts[9]
        cdef int at
        if len(value) != 9:
            raise ValueError("an orientation has nine numbers")
        for at in range(9):
            parts[at] = value[at]
        for at in range(9):
            self.frame[at] = parts[at]
        self._orientation = value


cdef inline int touch(ShipCore ship, int field) except -1:
    cdef tuple subjects = ship._subjects
    cdef Py_ssize_t at
    for at in range(len(subjects)):
        (<Subject>subjects[at]).touch(ship.board, field)
    return 0


cdef object HULL_NAME = "hull", SHIELDS_NAME = "shields"


cdef inline bint differs(double* one, double x, double y, double z) noexcept:
    return one[0] != x or one[1] != y or one[2] != z


cdef class WorldCore:
    def set_ship(self, ShipCore ship not None, field, value):
        cdef ShipCore core
        cdef double number
        if field is HULL_NAME or field is SHIELDS_NAME:
            core = ship
            if core.board is not None and core.board.observer is None and type(value) is float:
                number = value
                if field is HULL_NAME:
                    if core.hull == number:
                        return False
                    core.hull = number
                    touch(core, HULL)
                else:
                    if core.shields == number:
                        return False
                    core.shields = number
                    touch(core, SHIELDS)
                return True
        return self.change_ship(ship, field, value)

    def move_ship(self, ShipCore ship not None, position, velocity=None, orientation=None, jump=False):
        self.take_move(ship, position, velocity, orientation, jump)

    cdef int take_move(self, ShipCore ship, position, velocity, orientation, jump) except -1:
        cdef double x, y, z
        cdef double parts[9]
        cdef int at
        cdef bint turned = False
        if (
            ship.board is None or ship.board.observer is not None or type(position) is not tuple
            or (velocity is not None and (type(velocity) is not tuple or ship.docked))
            or (orientation is not None and type(orientation) is not tuple)
        ):
            self.place_ship(ship, position, velocity, orientation, jump)
            return 0
        if position is not ship._position:
            x, y, z = <tuple>position
            if differs(ship.place, x, y, z):
                ship.place[0] = x
                ship.place[1] = y
                ship.place[2] = z
                ship._position = position
                touch(ship, POSITION)
                if jump:
                    self.touch_jump(ship)
        if velocity is not None and velocity is not ship._velocity:
            x, y, z = <tuple>velocity
            if differs(ship.motion, x, y, z):
                ship.motion[0] = x
                ship.motion[1] = y
                ship.motion[2] = z
                ship._velocity = velocity
                touch(ship, VELOCITY)
        if orientation is not None and orientation is not ship._orientation:
            if len(<tuple>orientation) != 9:
                raise ValueError("an orientation has nine numbers")
            for at in range(9):
                parts[at] = (<tuple>orientation)[at]
                turned = turned or parts[at] != ship.frame[at]
            if turned:
                for at in range(9):
                    ship.frame[at] = parts[at]
                ship._orientation = orientation
                touch(ship, ORIENTATION)
        return 0


cdef enum:
    SMALL = 1024

cdef tuple SMALL_TEXTS = tuple([str(number) for number in range(SMALL)])


cdef class VariablesCore:
    """The numbers of the table of variables as C integers, and the edges of each."""

    cdef int* values
    cdef Edges* edges
    cdef Py_ssize_t size
    cdef list _numbers, _texts, _keys
    cdef dict _index
    cdef BoardCore _board

    def __cinit__(self, board, list numbers not None, list texts not None, list keys not None, dict index not None, *rest):
        cdef Py_ssize_t at
        self._board, self._numbers, self._texts, self._keys, self._index = board, numbers, texts, keys, index
        self.size = len(numbers)
        self.values = <int*>calloc(self.size + 1, sizeof(int))
        self.edges = <Edges*>calloc(self.size + 1, sizeof(Edges))
        if self.values is NULL or self.edges is NULL:
            raise MemoryError
        for at in range(self.size):
            self.values[at] = numbers[at]

    def __dealloc__(self):
        cdef Py_ssize_t at
        if self.edges is not NULL:
            for at in range(self.size):
                free(self.edges[at].first)
        free(self.edges)
        free(self.values)

    def reload(self, Py_ssize_t index):
        if not 0 <= index < self.size:
            raise IndexError(index)
        self.values[index] = self._numbers[index]

    cpdef bint set_number(self, Py_ssize_t index, value) except -1:
        cdef long long number = value
        if not 0 <= index < self.size:
            raise IndexError(index)
        text = <object>PyTuple_GET_ITEM(SMALL_TEXTS, number) if 0 <= number < SMALL else str(value)
        if self._texts[index] == text:
            return False
        self._texts[index] = text
        self._numbers[index] = value
        self.values[index] = <int>number
        fire(&self.edges[index])
        if self.edges[index].others:
            set_flags(self._board.readers, (self._keys[index],))
        if self._board.observer is not None:
            self._board.observer(self._keys[index])
        return True

    def assign(self, str name not None, value):
        cdef int overflow = 0
        cdef long long number
        cdef PyObject* index = PyDict_GetItemWithError(self._index, name)
        if index is NULL or type(value) is not int:
            return False
        number = PyLong_AsLongLongAndOverflow(value, &overflow)
        if overflow or not -2147483648 <= number <= 2147483647:
            return False
        self.set_number(<object>index, value)
        return True
