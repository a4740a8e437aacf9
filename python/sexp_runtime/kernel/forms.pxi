# Argument forms: the candidates are a set, and only those are evaluated again for which something changed.

cdef enum:
    # Providers.
    ANY_OF = 0
    EVERY_OF = 1

cdef enum:
    # What came of a candidate.
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
    cdef int count
    cdef int provider_kind
    cdef bint has_run
    cdef bint is_nested
    cdef object provider, choice, valid_candidates
    cdef list common

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
        self.common = list(plan.common)
        self.common_values = <int*>calloc(len(self.common) + 1, sizeof(int))
        self.common_statuses = <unsigned char*>calloc(len(self.common) + 1, 1)
        if (
            self.outcomes is NULL or self.was_read is NULL or self.valid is NULL or self.moments is NULL
            or self.common_values is NULL or self.common_statuses is NULL
        ):
            raise MemoryError
        if len(self.places) < self.count:
            raise ValueError("each candidate has a place")
        for at in range(self.count):
            self.moments[at] = NEVER
        self.provider, self.provider_kind = plan.provider, plan.provider_kind
        self.is_nested = plan.is_nested
        self.valid_candidates = plan.valid_candidates

    def __dealloc__(self):
        free(self.outcomes)
        free(self.was_read)
        free(self.valid)
        free(self.moments)

    cdef int find_valid(self) except -1:
        """Note which candidates are valid, if that has changed (C30)."""
        cdef int at
        choice = self.provider.choice
        if choice is not None and choice is self.choice:
            return 0
        self.choice = self.valid_candidates(self.provider)
        for at in range(self.count):
            self.valid[at] = 1 if self.candidates[at].node.valid else 0
        return 0

    cdef int try_common(self) except -1:
        """Evaluate what all candidates have in common; if it came out otherwise, none of them is known any more."""
        cdef int at, index, value, found
        cdef bint changed = not self.has_run
        for at in range(len(self.common)):
            index = self.common[at]
            value = self.run(index, &found)
            if value != self.common_values[at] or found != self.common_statuses[at]:
                self.common_values[at] = value
                self.common_statuses[at] = found
                changed = True
        if changed:
            memset(PyByteArray_AS_STRING(self.flags), 1, self.count)
        self.has_run = True
        return 0

    cdef int try_candidates(self) except -1:
        """Evaluate the condition for each valid candidate of which something may have changed."""
        cdef int at, value, found
        cdef long long now = self.clock.us, common = self.due
        cdef unsigned char* flags = <unsigned char*>PyByteArray_AS_STRING(self.flags)
        for at in range(self.count):
            if not self.valid[at] or (flags[at] == 0 and now < self.moments[at]):
                continue
            flags[at] = 0
            if self.kind == EVERY_TIME or self.is_nested:  # what an `every-time` forgets after each pass (C7)
                self.was_read[at] = 0
            self.due = NEVER
            self.candidate = at
            try:
                value = self.run(self.top, &found)
            except BaseException:
                flags[at] = 1
                raise
            if value == 1:
                self.outcomes[at] = KNOWN_TO_BE_TRUE if found == KT else PLAIN_TRUE
            elif value == 0:
                self.outcomes[at] = KNOWN_TO_BE_FALSE if found == KF or found == NANF else PLAIN_FALSE
            else:
                self.outcomes[at] = NEITHER
            self.moments[at] = self.due
        self.due = common
        return 0

    cdef int evaluate(self) except? RAISED:
        cdef int at, total = 0, value, status = ORDINARY
        cdef int counts[OUTCOMES]
        cdef bint any_true
        self.begin()
        if self.kind == WHEN and self.root_status == KF:
            return 0
        self.find_valid()
        self.try_common()
        self.try_candidates()
        for at in range(OUTCOMES):
            counts[at] = 0
        for at in range(self.count):
            if self.valid[at]:
                total += 1
                counts[self.outcomes[at]] += 1
                if self.moments[at] < self.due:
                    self.due = self.moments[at]
        any_true = counts[PLAIN_TRUE] + counts[KNOWN_TO_BE_TRUE] > 0
        if self.provider_kind == ANY_OF:  # C22
            value = any_true
            if not any_true and counts[KNOWN_TO_BE_FALSE] == total:
                status = KF
        elif total == 0 or counts[KNOWN_TO_BE_FALSE]:
            value = 0
            status = KF
        else:
            value = counts[PLAIN_FALSE] == 0
        if value == 1:
            self.act(self.applicable())
        if self.kind == EVERY_TIME:
            if self.root_status != NAN:
                self.root_status = NAN
                self.root.status = NOT_A_NUMBER
            return 0
        if status != self.root_status:
            self.set_root(status)
        return value

    cdef list applicable(self):
        cdef int at
        return [
            at for at in range(self.count)
            if self.valid[at] and (self.outcomes[at] == PLAIN_TRUE or self.outcomes[at] == KNOWN_TO_BE_TRUE)
        ]

    cdef int act(self, list applicable) except -1:
        """Run the actions; candidates that the condition has read as ships are remembered as such (D7)."""
        cdef int at
        cdef list found = []
        self.acted = True
        for at in applicable:
            candidate = self.candidates[at]
            ship = (<Place>self.places[at]).ship
            if ship is not None and self.was_read[at] and candidate.node.cache is None:
                candidate.node.cache = ("ship", ship)
            found.append(candidate)
        self.perform(self, found)
        return 0

    def doubt(self):
        Program.doubt(self)
        memset(PyByteArray_AS_STRING(self.flags), 1, self.count)

    def forget(self):
        Program.forget(self)
        memset(PyByteArray_AS_STRING(self.flags), 1, self.count)
        memset(self.was_read, 0, self.count)

    def restore(self, bytes statuses not None):
        Program.restore(self, statuses)
        memset(PyByteArray_AS_STRING(self.flags), 1, self.count)
        memset(self.was_read, 0, self.count)

    def nbytes(self):
        return Program.nbytes(self) + self.count * (4 + sizeof(long long)) + 8 * len(self.common) + 300
