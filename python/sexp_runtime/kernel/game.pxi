# What a game's nodes report in every frame: where ships are, and how many points hull and shields have left.

cdef enum:
    PLANE = 2   # kinds of positions that were read, as `plain_game` says
    SPACE = 3

cdef double LARGEST_POINTS = 3.4028234e38
cdef double UNNAMED_POINTS = 100.0
cdef double SLACK = 0.4


cdef inline WorldCore world_of(world):
    """Return the world that writes go to, behind a recording of them; None where each write has to be a call."""
    if isinstance(world, TapCore):
        return (<TapCore>world).target
    return <WorldCore>world if isinstance(world, WorldCore) else None


cdef inline ChangeLog log_of(world):
    """Return what records the writes to a world, None if nothing does."""
    return (<TapCore>world).log if isinstance(world, TapCore) else None


cdef class Course:
    cdef readonly ShipCore ship
    cdef public Py_ssize_t velocity_at
    cdef double seen[3]
    cdef double told[3]  # the place that the world got last, also between two frames
    cdef double lasted, excess  # the last frame's seconds; metres that were too much for the speed so far
    cdef bint is_seen

    def __init__(self, ShipCore ship not None, Py_ssize_t velocity_at=-1):
        self.ship, self.velocity_at = ship, velocity_at

    @property
    def last(self):
        return (self.seen[0], self.seen[1], self.seen[2]) if self.is_seen else None

    def forget(self):
        self.is_seen = False

    def move(self, world, position, velocity, orientation, double seconds):
        cdef double x, y, z
        cdef double speed[3]
        x, y, z = position
        if velocity is not None:
            speed[0], speed[1], speed[2] = velocity
        self.go(
            world, world_of(world), log_of(world), x, y, z, NULL if velocity is None else speed, orientation, seconds
        )

    cdef int go(
        self, world, WorldCore core, ChangeLog log, double x, double y, double z, double* velocity, orientation,
        double seconds,
    ) except -1:
        cdef ShipCore ship = self.ship
        cdef double derived[3]
        cdef double place[3]
        cdef double dx = x - self.seen[0], dy = y - self.seen[1], dz = z - self.seen[2]
        cdef double excess
        cdef bint jump = not self.is_seen or differs(ship.place, self.told[0], self.told[1], self.told[2])
        if log is not None and seconds > 0.0:
            log.seconds = seconds
        if velocity is NULL and self.is_seen and seconds > 0.0:
            derived[0], derived[1], derived[2] = dx / seconds, dy / seconds, dz / seconds
            velocity = derived
        if not jump and ship.speed_bound is not None:
            excess = sqrt(dx * dx + dy * dy + dz * dz)
            excess -= <double>ship.speed_bound * (seconds if seconds > 0.0 else self.lasted)
            excess = max(self.excess + excess, 0.0)
            jump = excess > SLACK
            if seconds > 0.0:
                self.excess = excess
        if jump:
            self.excess = 0.0
        if not self.is_seen or seconds > 0.0:
            self.seen[0], self.seen[1], self.seen[2] = x, y, z
            self.lasted = seconds
            self.is_seen = True
        self.told[0], self.told[1], self.told[2] = x, y, z
        if (
            core is None or jump or orientation is not None or ship.board is None or ship.board.observer is not None
            or (velocity is not NULL and ship.docked)
        ):
            speed = None if velocity is NULL else (velocity[0], velocity[1], velocity[2])
            world.move_ship(ship, (x, y, z), speed, orientation, jump=True if jump else False)
            return 0
        if log is not None:
            place[0], place[1], place[2] = x, y, z
            if not (are_finite(place) and (velocity is NULL or are_finite(velocity))) or not log.note_move(
                ship, place, velocity, NULL, False
            ):
                world.move_ship(ship, (x, y, z), None if velocity is NULL else (velocity[0], velocity[1], velocity[2]))
                return 0
        if differs(ship.place, x, y, z):
            ship.place[0], ship.place[1], ship.place[2] = x, y, z
            ship._position = (x, y, z)
            touch(ship, POSITION)
        if velocity is not NULL and differs(ship.motion, velocity[0], velocity[1], velocity[2]):
            ship.motion[0], ship.motion[1], ship.motion[2] = velocity[0], velocity[1], velocity[2]
            ship._velocity = (velocity[0], velocity[1], velocity[2])
            touch(ship, VELOCITY)
        return 0


cdef bint take_place(unsigned char kind, double* read, double* out) noexcept:
    """Convert what was read to metres in space; return whether it is a place."""
    if kind == SPACE:
        out[0], out[1], out[2] = read[0], read[1], read[2]
    elif kind == PLANE:
        out[0], out[1], out[2] = read[0], 0.0, read[1]
    else:
        return False
    return is_finite(out[0] + out[1] + out[2])


def move_all(
    list courses not None, world, bytearray kinds not None, double[::1] numbers not None,
    bytearray velocity_kinds not None, double[::1] velocities not None, double seconds,
):
    cdef double place[3]
    cdef double velocity[3]
    cdef WorldCore core = world_of(world)
    cdef ChangeLog log = log_of(world)
    cdef bint is_usual
    cdef Py_ssize_t at, other, count = len(courses)
    cdef Course course
    cdef list left = []
    if len(kinds) != count or numbers.shape[0] < 3 * count or velocities.shape[0] < 3 * len(velocity_kinds):
        raise ValueError("as many places as courses are needed")
    for at in range(count):
        course = courses[at]
        other = course.velocity_at
        is_usual = take_place(kinds[at], &numbers[3 * at], place)
        if is_usual and other >= 0:
            is_usual = other < len(velocity_kinds) and take_place(velocity_kinds[other], &velocities[3 * other], velocity)
        if is_usual:
            course.go(world, core, log, place[0], place[1], place[2], velocity if other >= 0 else NULL, None, seconds)
        else:
            left.append(at)
    return left


cdef class Strength:
    cdef object world
    cdef readonly ShipCore ship
    cdef WorldCore core
    cdef ChangeLog log
    cdef str fact, most
    cdef bint is_hull, is_given, is_full_known, is_left_known
    cdef double full, left

    def __init__(self, world, ShipCore ship not None, str fact not None, bint given):
        if fact not in ("hull", "shields"):
            raise ValueError(fact)
        self.world, self.ship, self.fact, self.most, self.is_given = world, ship, fact, "max_" + fact, given
        self.is_hull = fact == "hull"
        self.core, self.log = world_of(world), log_of(world)

    cdef int note(self, double points, bint first) noexcept:
        self.left = points
        self.is_left_known = True
        if not self.is_full_known and not self.is_given and points > 0.0:
            self.full = points if first else UNNAMED_POINTS
            self.is_full_known = True
        return 0

    def set_left(self, double points, bint first=False):
        self.note(points, first)
        self.apply()

    def set_full(self, double points):
        self.full = points
        self.is_full_known = True
        self.apply()

    cdef int apply(self) except -1:
        cdef double before = self.ship.max_hull if self.is_hull else self.ship.max_shields
        cdef double now = self.ship.hull if self.is_hull else self.ship.shields
        cdef double full = self.full if self.is_full_known else before
        cdef double left = self.left
        if not self.is_left_known:
            left = full * (now / before if before > 0.0 else 1.0)
        if full != before:
            self.world.set_ship(self.ship, self.most, full)
        self.world.set_ship(self.ship, self.fact, min(left, full))
        return 0

    cdef bint hit(self, double points) except -1:
        """Set the points that are left where nothing else is to be done; return whether that was so."""
        cdef ShipCore ship = self.ship
        cdef double full
        if self.core is None or not -LARGEST_POINTS <= points <= LARGEST_POINTS or ship.life == EXITED:
            return False
        if ship.board is None or ship.board.observer is not None:
            return False
        self.note(points if points > 0.0 else 0.0, False)
        full = ship.max_hull if self.is_hull else ship.max_shields
        if self.is_full_known and self.full != full:
            return False
        points = min(self.left, full)
        if self.log is not None and not self.log.note_points(ship, self.is_hull, points):
            return False
        if self.is_hull:
            if ship.hull != points:
                ship.hull = points
                touch(ship, HULL)
        elif ship.shields != points:
            ship.shields = points
            touch(ship, SHIELDS)
        return True


cdef class Hits:
    cdef Strength strength
    cdef Py_ssize_t argument
    cdef dict refused
    cdef object otherwise

    def __init__(self, Strength strength not None, Py_ssize_t argument, dict refused not None, otherwise):
        self.strength, self.argument, self.refused, self.otherwise = strength, argument, refused, otherwise

    def told(self, *arguments):
        if 0 <= self.argument < len(arguments) and not len(self.refused):
            value = arguments[self.argument]
            if type(value) is float and self.strength.hit(value):
                return
        self.otherwise(*arguments)
