# Random numbers: the generator of a mission, as `plain_random` describes it, with draws that C code makes directly.

import cython

cdef object DEFAULT_SEED = values.DEFAULT_SEED

cdef enum:
    WORDS = 624
    SHIFT = 397  # words between two that a twist combines


@cython.final
cdef class MersenneTwister:
    cdef unsigned int words[WORDS]
    cdef int position
    cdef public long long draws
    cdef public object before_draw, seed_used
    cdef object hash
    cdef long long hashed_at

    def __init__(self, seed=DEFAULT_SEED):
        self.draws = 0
        self.before_draw = None
        self.seed(seed)

    def seed(self, seed):
        cdef unsigned int word = seed & 0xFFFFFFFF
        cdef int at
        if self.before_draw is not None:
            self.before_draw()
        self.words[0] = word
        for at in range(1, WORDS):
            word = <unsigned int>1812433253 * (word ^ (word >> 30)) + <unsigned int>at
            self.words[at] = word
        self.position = WORDS
        self.seed_used = seed
        self.hashed_at = -1

    cpdef int reseed(self, long long seed) except -1:
        if seed > 0:
            self.seed(DEFAULT_SEED if seed == 1 else seed)
        return 0

    cdef int twist(self) noexcept:
        """Replace all words by the next ones."""
        cdef unsigned int* words = self.words
        cdef unsigned int joined
        cdef int at, following
        for at in range(WORDS):
            following = at + 1 if at + 1 < WORDS else 0
            joined = (words[at] & <unsigned int>0x80000000) | (words[following] & <unsigned int>0x7FFFFFFF)
            following = at + SHIFT if at + SHIFT < WORDS else at + SHIFT - WORDS
            words[at] = words[following] ^ (joined >> 1) ^ (<unsigned int>0x9908B0DF if joined & 1 else 0)
        self.position = 0
        return 0

    cpdef long long next32(self) except -1:
        cdef unsigned int word
        if self.before_draw is not None:
            self.before_draw()
        self.draws += 1
        if self.position == WORDS:
            self.twist()
        word = self.words[self.position]
        self.position += 1
        word ^= word >> 11
        word ^= (word << 7) & <unsigned int>0x9D2C5680
        word ^= (word << 15) & <unsigned int>0xEFC60000
        return word ^ (word >> 18)

    cpdef long long next31(self) except -1:
        return self.next32() >> 1

    cpdef int skip(self, long long count) except -1:
        if count > 0:
            self.draws += count
            while count > WORDS - self.position:
                count -= WORDS - self.position
                self.twist()
            self.position += <int>count
        return 0

    cpdef long long below(self, long long count) except -1:
        if count < 1:
            raise ValueError(f"a random number below {count}")
        return self.next31() % count

    cpdef long long between(self, long long low, long long high) except? -1:
        return low + self.below(high - low + 1)

    def state_hash(self):
        if self.hashed_at != self.draws:
            self.hash, self.hashed_at = values.hash_of_state(self.state()), self.draws
        return self.hash

    def state(self):
        cdef int at
        return (*[self.words[at] for at in range(WORDS)], self.position)
