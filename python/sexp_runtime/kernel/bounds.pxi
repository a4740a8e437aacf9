# Bounds: until which moment the speed of ships cannot change the outcome of a comparison.
#
# Each side has a value, the greatest speed at which that can change, in units a second, and the jumps that rounding and
# the turning of a ship can add. The outcome is the same until both sides could meet.

# Jumps of a distance or coordinate by rounding; what a turning cube's surface comes nearer by, in half edges, for each of
# two boxes, at most (sqrt(3) - 1); metres of `distance` a metre of movement; a share for rounding in positions.
cdef double ROUNDING = 2.0, TURNING = 0.75, QUICK = 1.1, CAUTION = 0.999
# Most seconds of a bound; sums beyond `WRAPS` have none, and no bound allows for a change by more than that.
cdef double LONGEST = 1e6, WRAPS = 1073741824.0
# Microseconds that a bound must be away, else the comparison is evaluated whenever something moves.
cdef long long WORTH_WAITING = 300_000


cdef struct Side:
    double value
    double speed
    double jumps


cdef int stand(Program program, int one, int two) except -1:
    """Note the bound of a comparison of two nodes that have just been evaluated."""
    cdef Side first, second
    cdef double margin, speed
    cdef long long stands
    if not read_side(program, one, &first) or not read_side(program, two, &second):
        program.stands = 0  # no number, which counts as 0 while the other side moves, or one that may wrap
        return 0
    speed = first.speed + second.speed
    margin = min(fabs(first.value - second.value) - first.jumps - second.jumps, WRAPS)
    if speed == 0.0 and first.jumps == 0.0 and second.jumps == 0.0:
        return 0
    if margin <= 0.0 or speed == INFINITY:
        program.stands = 0
    elif speed > 0.0:
        stands = <long long>(min(margin / speed * CAUTION, LONGEST) * 1e6) - <long long>program.context.positions_age_us
        program.stands = min(program.stands, program.clock.us + 1 + max(stands, 0))
    return 0


cdef bint read_side(Program program, int index, Side* side) except -1:
    """Read a node as it was evaluated last; return whether it is a number that cannot wrap."""
    cdef Node* node = &program.nodes[index]
    cdef int* own = program.arguments + node.first
    cdef int at, op = node.op
    cdef double radius = 0.0, factor = 1.0
    cdef Side part
    side.speed = side.jumps = 0.0
    if node.is_plain:
        side.value = plain_value(program.nodes, program.arguments, program.variables.values, index)
        return True
    if op == COMMON:
        return read_side(program, program.common[node.value], side)
    if node.found != ORDINARY:
        return False
    side.value = node.last
    if op == COORDINATE or op == DISTANCE or op == CENTRE_DISTANCE:
        side.jumps = ROUNDING
        if not widest(program.place(node.one), &side.speed, &radius) or (
            op != COORDINATE and not widest(program.place(node.two), &side.speed, &radius)
        ):
            side.speed = INFINITY
        if op == DISTANCE:
            side.speed *= QUICK
        if op != COORDINATE:
            side.jumps += TURNING * radius
        return True
    if not (op == ADD or op == SUBTRACT or op == MULTIPLY or op >= LEAST):
        return False
    side.value = 0.0
    for at in range(node.count):
        if not read_side(program, own[at], &part):
            return False
        side.speed += part.speed
        side.jumps += part.jumps
        if op == MULTIPLY:  # of one factor that moves
            side.value = part.value if at == 0 else side.value * part.value
            if part.jumps == 0.0:
                factor *= fabs(part.value)
        else:
            side.value = part.value if at == 0 else side.value + (part.value if op == ADD else -part.value)
    if op == MULTIPLY:
        side.jumps *= factor
        side.speed = side.speed * factor if factor > 0.0 else 0.0
    elif op >= LEAST:
        side.value = node.last
    return -WRAPS < side.value < WRAPS
