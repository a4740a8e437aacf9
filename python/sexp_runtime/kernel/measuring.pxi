# What programs read from ships: hull, distances, coordinates, whether something faces something or is in a box.


cdef int measure(Program program, Node* node, int* own, int* status) except? RAISED:
    """Evaluate an operator that reads ships; Python does so where a result may not fit into 32 bits."""
    cdef Place one, two
    cdef double found = 0.0
    cdef int outcome
    if program.was_read is not NULL and (node.one < 0 or node.two < 0):
        program.was_read[program.candidate] = 1
        program.depends |= program.draws  # which candidate it is was drawn
    one = program.place(node.one)
    one.look()
    if node.op == HULL_LEFT or node.op == SHIELDS_LEFT:
        outcome = vital(node.op, one, &found, status)
    elif node.op == COORDINATE:
        return point(program, node, own, one, status)
    else:
        two = program.place(node.two)
        two.look()
        if node.op == FACING:
            return facing(program, node, own, one, two, status)
        if node.op == IN_BOX:
            return in_box(program, node, own, one, two, status)
        if node.value:
            outcome = (<Distance>program.distances[node.value - 1]).measure(&found, status)
        else:
            outcome = distance(node.op, one, two, &found, status)
    if outcome == 0:
        return 0
    if not -MOST < found < MOST:
        return program.by_hand(node, status)
    return <int>found


cdef int point(Program program, Node* node, int* own, Place one, int* status) except? RAISED:
    """`get-object-x` and so on: a coordinate of a thing, or of a point given in its frame (H.3)."""
    cdef int at, value, found, forced = ORDINARY
    cdef double away[3]
    cdef double where
    cdef double* frame
    for at in range(node.count):
        value = program.run(own[at], &found)
        if (found == NAN or found == NANF) and forced != NAN:
            forced = found
        away[at] = <double>value
    if forced != ORDINARY:
        status[0] = forced
        return 0
    if not presence(one, status):
        return 0
    if one.kind == GROUP:  # of a wing's leader: Python finds it
        return program.by_hand(node, status)
    where = spot(one, one.ship, 0)[node.value]
    if node.count:
        for at in range(node.count, 3):
            away[at] = 0.0
        if one.kind == POINT:
            where = where + away[node.value]
        else:
            frame = one.ship.frame + node.value
            where = where + (frame[0] * away[0] + frame[3] * away[1] + frame[6] * away[2])
    if not -MOST < where < MOST:
        return program.by_hand(node, status)
    return <int>where


cdef int facing(Program program, Node* node, int* own, Place one, Place two, int* status) except? RAISED:
    """`is-facing`: whether a thing lies within an angle of a ship's nose, and within a distance (H.3)."""
    cdef int found, degrees = 0, reach = 0, forced = ORDINARY, there = ORDINARY, at, value
    cdef double x, y, z, size
    cdef double* target
    cdef ShipCore ship = one.ship
    for at in range(node.count):
        value = program.run(own[at], &found)
        if found == NAN or found == NANF:
            value = 0
            if forced != NAN:
                forced = found
        if value < 0:
            value = program.context.as_natural(value)
        if at == 0:
            degrees = value
        else:
            reach = value
    if one.kind != SHIP or ship.life == NOT_YET:
        return 0
    if ship.life == EXITED:
        status[0] = KF
        return 0
    if not presence(two, &there):
        if there == NANF:
            status[0] = KF
        return 0
    if two.kind == GROUP:
        return program.by_hand(node, status)
    if forced != ORDINARY:
        if forced == NANF:
            status[0] = KF
        return 0
    target = spot(two, two.ship, 0)
    if node.count > 1 and quick_distance(ship.place, target) > reach:
        return 0
    x = target[0] - ship.place[0]
    y = target[1] - ship.place[1]
    z = target[2] - ship.place[2]
    size = sqrt(x * x + y * y + z * z)
    if size == 0.0:
        return 1
    at = degrees % 360
    return (ship.frame[6] * x + ship.frame[7] * y + ship.frame[8] * z) / size >= COSINES[at if at >= 0 else at + 360]


cdef int in_box(Program program, Node* node, int* own, Place one, Place two, int* status) except? RAISED:
    """`is-in-box`: whether all that a name stands for lies in a box, in a ship's frame if one is given (H.3)."""
    cdef int found, at, axis, there = ORDINARY
    cdef double bounds[6]
    cdef double away[3]
    cdef double low, high, where
    cdef double* here
    cdef ShipCore frame = two.ship if node.value else None
    cdef Py_ssize_t number, count
    for at in range(6):
        bounds[at] = program.run(own[at], &found)
    if node.value:
        if two.kind != SHIP or frame.life == NOT_YET:
            return 0
        if frame.life == EXITED:
            status[0] = KF
            return 0
    if not presence(one, &there):
        if there == NANF:
            status[0] = KF
        return 0
    count = len(<list>one.ships) if one.kind == GROUP else 1
    for number in range(count):
        here = spot(one, one.ship, number)
        if node.value:
            for axis in range(3):
                away[axis] = here[axis] - frame.place[axis]
        for axis in range(3):
            if node.value:
                where = away[0] * frame.frame[3 * axis] + away[1] * frame.frame[3 * axis + 1]
                where = where + away[2] * frame.frame[3 * axis + 2]
            else:
                where = here[axis]
            low = bounds[2 * axis]
            high = bounds[2 * axis + 1]
            if high < low:
                low, high = high, low
            if not low <= where <= high:
                return 0
    return 1
