# Places: what a name in a formula stands for, and how far apart such things are.
#
# Each calculation has the same operations in the same order as `operators/geometry.py`, so that both give the same bits.

cdef enum:
    NOTHING = 0
    SHIP = 1
    GROUP = 2
    POINT = 3

# Beyond this a result may not fit into 32 bits: Python calculates it.
cdef double MOST = 2147483000.0

cdef double COSINES[360]


def use_cosines(values):
    cdef int at
    for at in range(360):
        COSINES[at] = values[at]


cdef class Place:
    """What one name stands for now: a ship, the ships of a wing or side, or a waypoint.

    It is looked up again when the board's generation has changed (a ship or a wing is added, a ship changes its status
    or side), and when a fact has set `stale` (the state of its wing, its path of waypoints).
    """

    cdef readonly str text
    cdef object world, side
    cdef BoardCore board
    cdef int generation
    cdef int kind
    cdef bint gone
    cdef ShipCore ship
    cdef object wing
    cdef list ships
    cdef double point[3]
    cdef int version  # how often it was looked up
    cdef readonly bytearray stale

    def __init__(self, world, str text not None, side):
        """`side` is the side that the text names as `<any side>`, None for other texts."""
        self.text = text
        self.side = side
        self.world = world
        self.board = world.facts
        self.generation = self.board.generation - 1
        self.stale = bytearray(b"\x01")

    cdef int look(self) except -1:
        """Look the name up again if it may stand for something else now."""
        if self.generation != self.board.generation or PyByteArray_AS_STRING(self.stale)[0]:
            self.refresh()
        return 0

    cdef int refresh(self) except -1:
        world = self.world
        cdef str name = self.text.lower()
        self.kind = NOTHING
        self.ship = None
        self.wing = None
        self.ships = None
        self.gone = False
        found = world.ships_by_name.get(self.text)
        if found is None:
            found = world.ships.get(name)
        if found is not None:
            self.kind = SHIP
            self.ship = found
        else:
            found = world.wings.get(name)
            if found is not None:
                self.kind = GROUP
                self.wing = found
                self.gone = found.gone
                self.ships = world.wing_members(found)
            else:
                found = world.waypoints.point(self.text)
                if found is not None:
                    self.kind = POINT
                    self.point[0], self.point[1], self.point[2] = found
                elif self.side is not None:
                    self.kind = GROUP
                    self.ships = list(world.side_ships(self.side))
        self.generation = self.board.generation
        self.version += 1
        PyByteArray_AS_STRING(self.stale)[0] = 0
        return 0


cdef class Distance:
    """A distance from or to several ships, which all formulas that name both ends share.

    `flag[0]` is set by its facts, and cleared when it is measured.
    """

    cdef readonly bytearray flag
    cdef Place one, two
    cdef int op
    cdef int versions[2]
    cdef int outcome
    cdef int status
    cdef double found

    def __init__(self, int op, Place one not None, Place two not None):
        self.op, self.one, self.two = op, one, two
        self.flag = bytearray(b"\x01")

    cdef int measure(self, double* found, int* status) noexcept:
        """Return as `distance` does; both places have been looked up."""
        cdef char* flag = PyByteArray_AS_STRING(self.flag)
        if flag[0] or self.versions[0] != self.one.version or self.versions[1] != self.two.version:
            flag[0] = 0
            self.versions[0], self.versions[1] = self.one.version, self.two.version
            self.status = ORDINARY
            self.outcome = distance(self.op, self.one, self.two, &self.found, &self.status)
        found[0] = self.found
        status[0] = self.status
        return self.outcome


cdef bint widest(Place place, double* speed, double* radius) except -1:
    """Add the greatest speed bound and radius among what a place stands for; return whether there is a bound at all."""
    cdef double fastest = 0.0, largest = 0.0, bound
    cdef Py_ssize_t at, count = 1
    cdef ShipCore ship
    if place.kind == NOTHING or place.kind == POINT:
        return True
    if place.kind == GROUP:
        count = len(place.ships)
    for at in range(count):
        ship = <ShipCore>place.ships[at] if place.kind == GROUP else place.ship
        if ship.speed_bound is None or ship.docked:
            return False
        bound = ship.speed_bound
        fastest = max(fastest, bound)
        largest = max(largest, ship.radius)
    speed[0] += fastest
    radius[0] += largest
    return True


cdef inline double* spot(Place place, ShipCore ship, Py_ssize_t at) noexcept:
    """Return where the ship number `at` of a place is, or its point."""
    if place.kind == GROUP:
        return (<ShipCore>(<list>place.ships)[at]).place
    if place.kind == POINT:
        return place.point
    return ship.place


cdef inline double box_square(double* point, ShipCore ship) noexcept:
    """Return the square of the distance from a point to a ship's box."""
    cdef double edge = ship.radius, total = 0.0, outside
    cdef double x = point[0] - ship.place[0], y = point[1] - ship.place[1], z = point[2] - ship.place[2]
    outside = fabs(x * ship.frame[0] + y * ship.frame[1] + z * ship.frame[2]) - edge
    if outside > 0.0:
        total = outside * outside
    outside = fabs(x * ship.frame[3] + y * ship.frame[4] + z * ship.frame[5]) - edge
    if outside > 0.0:
        total += outside * outside
    outside = fabs(x * ship.frame[6] + y * ship.frame[7] + z * ship.frame[8]) - edge
    if outside > 0.0:
        total += outside * outside
    return total


cdef inline double quick_distance(double* one, double* two) noexcept:
    cdef double high = fabs(one[0] - two[0]), mid = fabs(one[1] - two[1]), low = fabs(one[2] - two[2]), kept
    if mid > high:
        kept = high
        high = mid
        mid = kept
    if low > high:
        kept = high
        high = low
        low = mid
        mid = kept
    elif low > mid:
        kept = mid
        mid = low
        low = kept
    return high + 0.375 * mid + 0.1875 * low


cdef inline double centre_square(double* one, double* two) noexcept:
    cdef double x = one[0] - two[0], y = one[1] - two[1], z = one[2] - two[2]
    return x * x + y * y + z * z


# -- operators on ships: 1 with the result in `found`, or 0 for a result of 0 or of the status given

cdef int vital(int op, Place place, double* found, int* status) noexcept:
    cdef ShipCore ship = place.ship
    cdef double now, most
    if place.kind != SHIP or ship.life == NOT_YET:
        status[0] = NAN
        return 0
    if ship.life != PRESENT:
        status[0] = NANF
        return 0
    if op == HULL_LEFT:
        now = ship.hull
        most = ship.max_hull
    else:
        now = ship.shields
        most = ship.max_shields
    if now <= 0.0:
        now = 0.0
    found[0] = floor(100.0 * now / most + 0.5) if most > 0.0 else 0.0
    return 1


cdef inline int presence(Place place, int* status) noexcept:
    """Return 1 for something that is there, else 0 with the status that a position of it has."""
    if place.kind == SHIP:
        if place.ship.life == EXITED:
            status[0] = NANF
            return 0
        if place.ship.life == NOT_YET:
            status[0] = NAN
            return 0
        return 1
    if place.kind == POINT:
        return 1
    if place.kind == GROUP:
        if place.gone:
            status[0] = NANF
            return 0
        if len(<list>place.ships):
            return 1
    status[0] = NAN
    return 0


cdef int distance(int op, Place one, Place two, double* found, int* status) noexcept:
    cdef Py_ssize_t at, other, count, others
    cdef double least = INFINITY, apart
    cdef int first = ORDINARY, second = ORDINARY
    cdef ShipCore ship, target
    cdef double* here
    cdef bint is_there = presence(one, &first)
    is_there = presence(two, &second) and is_there
    if not is_there:
        status[0] = NANF if first == NANF or second == NANF else NAN
        return 0
    count = len(<list>one.ships) if one.kind == GROUP else 1
    others = len(<list>two.ships) if two.kind == GROUP else 1
    for at in range(count):
        here = spot(one, one.ship, at)
        if op == CENTRE_DISTANCE:
            for other in range(others):
                apart = centre_square(here, spot(two, two.ship, other))
                if apart < least:
                    least = apart
            continue
        if one.kind == POINT or two.kind == POINT:
            for other in range(others):
                apart = quick_distance(here, spot(two, two.ship, other))
                if apart < least:
                    least = apart
            continue
        ship = <ShipCore>(<list>one.ships)[at] if one.kind == GROUP else one.ship
        for other in range(others):
            target = <ShipCore>(<list>two.ships)[other] if two.kind == GROUP else two.ship
            apart = box_square(here, target) if ship.is_player else box_square(target.place, ship)
            if apart < least:
                least = apart
    if op == CENTRE_DISTANCE or not (one.kind == POINT or two.kind == POINT):
        least = sqrt(least)
    found[0] = least
    return 1
