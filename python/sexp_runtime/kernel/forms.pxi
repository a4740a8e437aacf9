# Argument forms: the condition is evaluated again only for candidates for which something has changed.

cdef enum:
    # Providers.
    ANY_OF = 0
    EVERY_OF = 1
    DRAWN = 2
    IN_SEQUENCE = 3

cdef enum:
    # Outcomes of a candidate.
    PLAIN_FALSE = 0
    KNOWN_TO_BE_FALSE = 1
    PLAIN_TRUE = 2
    KNOWN_TO_BE_TRUE = 3
    NEITHER = 4
    OUTCOMES = 5


cdef class FormProgram(Program):
    """One `when-argument` or `every-time-argument`; docs/kernel.md describes what it does."""

    cdef readonly bytearray flags
    cdef unsigned char* outcomes
    cdef unsigned char* valid
    cdef long long* moments
    cdef long long* holds  # until when movement alone does not change the result of each candidate
    cdef Side* sides  # how fast each common part can change: `holds` depends on it, too
    cdef int count
    cdef int provider_kind
    cdef bint has_run
    cdef bint is_nested
    cdef bint remembers_ships  # whether anything can see how a candidate was read (D7)
    cdef object provider, condition, choice, valid_candidates
    cdef bint is_judged  # WCS: the provider traps, and the status of the last candidate decides (K)
    cdef readonly bint is_trapped  # whether what the provider remembers decided the last evaluation
    cdef int drawn  # the candidate that was drawn last
    cdef bint tries_one  # whether only the candidate that was drawn is tried, because the condition draws, too
    # How many valid candidates have each outcome, the first of their moments, and those to which the actions apply.
    cdef int counts[OUTCOMES]
    cdef int total
    cdef int last
    cdef long long first_moment
    cdef list found
    cdef int found_generation

    def __init__(self, plan, context, interpret):
        cdef int at
        Program.__init__(self, plan, context, interpret)
        self.remembers = False
        self.candidates = list(plan.candidates)
        self.count = len(self.candidates)
        self.flags = bytearray(b"\x01" * self.count)
        self.outcomes = <unsigned char*>calloc(self.count + 1, 1)
        self.was_read = <unsigned char*>calloc(self.count + 1, 1)
        self.valid = <unsigned char*>calloc(self.count + 1, 1)
        self.moments = <long long*>calloc(self.count + 1, sizeof(long long))
        self.holds = <long long*>calloc(self.count + 1, sizeof(long long))
        self.common = list(plan.common)
        self.sides = <Side*>calloc(len(self.common) + 1, sizeof(Side))
        self.common_values = <int*>calloc(len(self.common) + 1, sizeof(int))
        self.common_statuses = <unsigned char*>calloc(len(self.common) + 1, 1)
        if (
            self.outcomes is NULL or self.was_read is NULL or self.valid is NULL or self.moments is NULL
            or self.holds is NULL or self.sides is NULL or self.common_values is NULL or self.common_statuses is NULL
        ):
            raise MemoryError
        if len(self.places) < self.count:
            raise ValueError("each candidate has a place")
        for at in range(self.count):
            self.moments[at] = NEVER
        self.provider, self.provider_kind = plan.provider, plan.provider_kind
        self.condition = plan.root.args[1].head
        self.is_judged = self.wcs and plan.kind == WHEN
        self.is_nested = plan.is_nested
        self.tries_one = plan.tries_one
        self.remembers_ships = plan.kind == WHEN or plan.reads_candidates
        self.valid_candidates = plan.valid_candidates

    def __dealloc__(self):
        free(self.outcomes)
        free(self.was_read)
        free(self.valid)
        free(self.moments)
        free(self.holds)
        free(self.sides)

    cdef int find_valid(self) except -1:
        """Note which candidates are valid, if that has changed (C30)."""
        cdef int at
        choice = self.provider.choice
        if choice is not None and choice is self.choice:
            return 0
        self.choice = self.valid_candidates(self.provider)
        for at in range(self.count):
            self.valid[at] = 1 if self.candidates[at].node.valid else 0
            if self.valid[at] and self.provider_kind == IN_SEQUENCE:  # only the first valid one is tried
                memset(self.valid + at + 1, 0, self.count - at - 1)
                break
        self.count_outcomes()
        return 0

    cdef int count_outcomes(self) except -1:
        """Count the outcomes of the valid candidates anew."""
        cdef int at
        for at in range(OUTCOMES):
            self.counts[at] = 0
        self.total = 0
        self.found = None
        for at in range(self.count):
            if self.valid[at]:
                self.last = at
                self.total += 1
                self.counts[self.outcomes[at]] += 1
        self.first_moment = 0  # to be found by the next scan
        return 0

    cdef int try_common(self) except -1:
        """Evaluate the common parts; if a result or a speed has changed, set the flags of all candidates.

        A different speed changes no result, but the candidates' bounds.
        """
        cdef int at, index, value, found
        cdef bint changed = not self.has_run
        cdef Side side
        for at in range(len(self.common)):
            index = self.common[at]
            value = self.run(index, &found)
            if value != self.common_values[at] or found != self.common_statuses[at]:
                self.common_values[at] = value
                self.common_statuses[at] = found
                changed = True
            if self.is_bounded:
                if not read_side(self, index, &side):
                    side.speed = side.jumps = 0.0  # nothing with it has a bound
                if side.speed != self.sides[at].speed or side.jumps != self.sides[at].jumps:
                    self.sides[at] = side
                    changed = True
        if changed:
            memset(PyByteArray_AS_STRING(self.flags), 1, self.count)
        self.has_run = True
        return 0

    cdef int try_candidates(self) except -1:
        """Evaluate the condition for each valid candidate of which something may have changed."""
        cdef int at = 0, value, found, before, after
        cdef unsigned char read
        cdef long long now = self.clock.us, common = self.due, stands = self.stands, first
        cdef bint is_due = now >= self.first_moment
        cdef unsigned char* flags = <unsigned char*>PyByteArray_AS_STRING(self.flags)
        cdef unsigned char* marked
        first = NEVER if is_due else self.first_moment
        self.first_moment = 0  # until all is done
        while at < self.count:
            if not is_due:  # only those with a flag
                marked = <unsigned char*>memchr(flags + at, 1, self.count - at)
                if marked is NULL:
                    break
                at = marked - flags
            if not self.valid[at]:
                at += 1
                continue
            if flags[at] == 0 and now < self.moments[at]:
                first = min(first, self.moments[at])
                at += 1
                continue
            flags[at] = 0
            read = self.was_read[at]
            if self.kind == EVERY_TIME or self.is_nested:  # what an `every-time` forgets after each pass (C7)
                self.was_read[at] = 0
            self.due = self.stands = NEVER
            self.candidate = at
            try:
                value = self.run(self.top, &found)
            except BaseException:
                flags[at] = 1
                raise
            before = self.outcomes[at]
            if value == 1:
                after = KNOWN_TO_BE_TRUE if found == KT else PLAIN_TRUE
            elif value == 0:
                after = KNOWN_TO_BE_FALSE if found == KF or found == NANF else PLAIN_FALSE
            else:
                after = NEITHER
            if before != after:
                self.outcomes[at] = after
                self.counts[before] -= 1
                self.counts[after] += 1
            if before != after or read != self.was_read[at]:
                self.found = None
            self.moments[at] = self.due
            self.holds[at] = self.stands
            first = min(first, self.due)
            at += 1
        self.first_moment = first
        self.due = min(common, first)
        if self.is_bounded:
            for at in range(self.count):
                if self.valid[at]:
                    stands = min(stands, self.holds[at])
        self.stands = stands
        return 0

    cdef int evaluate(self) except? RAISED:
        cdef int value, status = ORDINARY
        cdef bint is_false = False
        unsettled = None if self.passing is None else self.context.unsettled
        self.begin()
        if self.kind == WHEN and self.root_status == KF:
            return 0
        self.is_trapped = self.is_judged and self.provider_remembers(&value)
        if self.provider_kind == DRAWN:
            value = self.try_drawn(&status)
        elif not self.is_trapped:
            self.find_valid()
            self.try_common()
            self.try_candidates()
            value = self.provide(&status)
            if self.is_judged:
                self.have_provider_remember(status)
                status = ORDINARY
                is_false = self.total > 0 and self.outcomes[self.last] == KNOWN_TO_BE_FALSE
        if value == 1:
            if is_false:
                self.condition.status = KNOWN_FALSE
            self.act()
            if is_false:  # read afterwards: an action may have cleared it
                is_false = self.condition.status is KNOWN_FALSE
        if is_false:
            status, value = KF, 0
        if not self.acted and not self.is_trapped:
            self.wait()
        if self.kind == EVERY_TIME:
            if self.passing is not None:
                self.forget_pass(unsettled)
            if self.root_status != NAN:
                self.root_status = NAN
                self.root.status = NOT_A_NUMBER
            return 0
        if status != self.root_status:
            self.set_root(status)
        return value

    cdef bint try_drawn(self, int* status) except -1:
        """Draw a candidate, and return whether the condition is true for it (C22).

        The draw counts as unused if no candidate makes the condition true.
        """
        cdef int at, left, found, value
        self.find_valid()
        if self.total == 0:
            status[0] = KF
            return False
        context = self.context
        effects, unused = self.core.effects, context.unused_draws
        self.core.effects = effects + 1
        left = self.generator.below(self.total)
        at = self.drawn = 0
        while True:
            if self.valid[at]:
                if left == 0:
                    break
                left -= 1
            at += 1
        self.drawn = at
        self.try_common()
        if not self.tries_one:
            self.try_candidates()
            if self.counts[PLAIN_TRUE] + self.counts[KNOWN_TO_BE_TRUE] == 0:
                context.unused_draws = unused + 1
                if self.total == 1 and self.counts[KNOWN_TO_BE_FALSE]:
                    status[0] = KF
            return self.outcomes[at] == PLAIN_TRUE or self.outcomes[at] == KNOWN_TO_BE_TRUE
        before, context.candidate = context.candidate, self.candidates[at]
        self.candidate = at
        self.depends = False
        self.was_read[at] = 0
        try:
            value = self.run(self.top, &found)
        finally:
            context.candidate = before
            if self.candidates[at].node.cache is not None:  # the interpreter has read it
                self.was_read[at] = 1
                self.candidates[at].node.cache = None
        if value != 1:
            self.judge_draws(effects, unused)
        return value == 1

    cdef int provide(self, int* status) noexcept:
        """Return the result of the provider (C22)."""
        cdef int* counts = self.counts
        if self.provider_kind != EVERY_OF:
            if counts[PLAIN_TRUE] + counts[KNOWN_TO_BE_TRUE]:
                return 1
            if counts[KNOWN_TO_BE_FALSE] == self.total and (self.total or self.provider_kind == ANY_OF):
                status[0] = KF
            return 0
        if self.total == 0 or counts[KNOWN_TO_BE_FALSE]:
            status[0] = KF
            return 0
        return counts[PLAIN_FALSE] == 0

    cdef bint provider_remembers(self, int* value) except -1:
        """Whether the provider is known to be true or false, and is not run again (B11)."""
        cdef int status = code_of(self.provider.status)
        value[0] = status == KT
        return status == KT or status == KF

    cdef int have_provider_remember(self, int status) except -1:
        """Store the provider's status in its node; in WCS it can be known to be true, too (C25)."""
        cdef int known = self.counts[KNOWN_TO_BE_TRUE]
        if status != KF and known and (
            self.provider_kind == ANY_OF or (self.provider_kind == EVERY_OF and known == self.total)
        ):
            status = KT
        if code_of(self.provider.status) != status:
            self.context.set_status(self.provider, STATUS_OF_CODE[status])
            self.changed = True
        return 0

    cdef int act(self) except -1:
        """Run the actions; candidates that the condition has read as ships are remembered as such (D7).

        An `every-time` forgets that after its actions (C7), so that only these can see it.
        """
        cdef int at
        cdef list found = self.found
        self.acted = True
        if self.is_trapped:
            found = []
        elif self.provider_kind == DRAWN:
            found = [self.applicable(self.drawn)]
        elif found is None or self.found_generation != self.places_board().generation:
            found = []
            for at in range(self.count):
                if self.valid[at] and (self.outcomes[at] == PLAIN_TRUE or self.outcomes[at] == KNOWN_TO_BE_TRUE):
                    found.append(self.applicable(at))
            if not self.is_nested and (self.kind == WHEN or not self.remembers_ships):  # nothing noted is forgotten
                self.found = found
                self.found_generation = self.places_board().generation
        if self.actions is None or not found:
            self.perform(self, found)
        else:
            if self.before_actions is not None:
                self.before_actions(self)
            perform_for(self.actions, self.context, found)
        if self.kind == EVERY_TIME and self.remembers_ships:
            for candidate in found:
                candidate.node.cache = None
        return 0

    cdef object applicable(self, int at):
        """Return a candidate for the actions, which remembers the ship as which the condition has read it (D7)."""
        candidate = self.candidates[at]
        if self.remembers_ships and self.was_read[at]:
            self.remember_ship(at, candidate.node)
        return candidate

    cdef int remember_ship(self, int at, atom) except -1:
        cdef Place place = <Place>self.places[at]
        if atom.cache is None:
            place.look()  # a leaf does not
            if place.ship is not None:
                atom.cache = ("ship", place.ship)
        return 0

    cdef inline BoardCore places_board(self):
        return (<Place>self.places[0]).board

    def to_nodes(self):
        """Also note the ships as which the condition has read candidates (D7)."""
        cdef int at
        Program.to_nodes(self)
        if self.kind != WHEN or self.is_nested:
            return
        for at in range(self.count):
            if self.was_read[at]:
                self.remember_ship(at, self.candidates[at].node)

    def doubt(self):
        self.found = None
        Program.doubt(self)
        memset(PyByteArray_AS_STRING(self.flags), 1, self.count)

    def forget(self):
        self.found = None
        Program.forget(self)
        memset(PyByteArray_AS_STRING(self.flags), 1, self.count)
        memset(self.was_read, 0, self.count)

    def restore(self, bytes statuses not None):
        self.found = None
        Program.restore(self, statuses)
        memset(PyByteArray_AS_STRING(self.flags), 1, self.count)
        memset(self.was_read, 0, self.count)

    def nbytes(self):
        return Program.nbytes(self) + self.count * (4 + 2 * sizeof(long long)) + 40 * len(self.common) + 300
