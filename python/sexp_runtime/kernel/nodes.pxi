# What programs are made of: operations, statuses, leaves, and subtrees without statuses.

cdef enum:
    # Operations; `plain.py` has the same numbers.
    CONSTANT = 0
    VARIABLE = 1
    KNOWN = 2
    AND = 3
    OR = 4
    NOT = 5
    XOR = 6
    EQUAL = 7
    UNEQUAL = 8
    LESS = 9
    GREATER = 10
    AT_MOST = 11
    AT_LEAST = 12
    ADD = 13
    SUBTRACT = 14
    MULTIPLY = 15
    DIVIDE = 16
    REMAINDER = 17
    LEAF = 18
    TREE = 19
    COMMON = 20
    HULL_LEFT = 21
    SHIELDS_LEFT = 22
    DISTANCE = 23
    CENTRE_DISTANCE = 24
    COORDINATE = 25
    FACING = 26
    IN_BOX = 27
    ACT = 28
    WHEN_TRUE = 29
    IF_TRUE = 30
    LEAST = 31
    GREATEST = 32
    MAGNITUDE = 33
    DRAW = 34

cdef enum:
    # Statuses: an ordinary result, and the five special ones. CANT counts as ordinary when settling.
    ORDINARY = 0
    KT = 1
    KF = 2
    NAN = 3
    NANF = 4
    CANT = 5

cdef enum:
    # Kinds of programs.
    CONDITION = 0
    WHEN = 1
    EVERY_TIME = 2
    ACTIONS = 3

cdef long long NEVER = 1 << 62
cdef enum:
    RAISED = -2000000011

cdef tuple STATUS_OF_CODE = (
    values.UNKNOWN, values.KNOWN_TRUE, values.KNOWN_FALSE, values.NAN, values.NAN_FOREVER, values.CANT_EVAL,
)
cdef object STATUS_CLASS = values.Status
cdef object KNOWN_TRUE = values.KNOWN_TRUE, KNOWN_FALSE = values.KNOWN_FALSE, NOT_A_NUMBER = values.NAN
cdef object NAN_FOREVER = values.NAN_FOREVER, CANT_EVAL = values.CANT_EVAL


cdef inline int code_of(status) noexcept:
    if status is KNOWN_FALSE:
        return KF
    if status is KNOWN_TRUE:
        return KT
    if status is NOT_A_NUMBER:
        return NAN
    if status is NAN_FOREVER:
        return NANF
    return CANT if status is CANT_EVAL else ORDINARY


cdef inline bint settles(int status) noexcept:
    """Whether a status that appears or disappears can change a later evaluation."""
    return KT <= status <= NANF


cdef struct Node:
    int op
    int count       # of arguments
    int first       # of them, in the list of arguments
    int value       # constant, index of a variable, axis, code of a status, index of a leaf or common part, of a shared
                    # distance from 1 on; of a comparison whether the speed of ships bounds all that it reads
    int one         # index of the place that is read, or of the first of two; -1: the candidate
    int two
    unsigned char is_expression
    unsigned char traps
    unsigned char is_plain  # variables and numbers only: no status anywhere
    unsigned char found     # the status and value of the last evaluation, if it is not plain
    int last


cdef class Leaf:
    """A call of a pure operator whose arguments are atoms: its result is kept until a fact or the clock changes it.

    Its facts set `flag[0]`, an evaluation clears it. Formulas with the same call share one leaf.
    """

    cdef readonly object context, node, candidate
    cdef readonly bytearray flag
    cdef readonly long evaluations
    cdef object read
    cdef int value
    cdef int status
    cdef long long due

    def __init__(self, context, node, candidate=None):
        self.context, self.node, self.candidate = context, node, candidate
        self.flag = bytearray(b"\x01")
        self.due = NEVER

    cdef int evaluate(self, long long now) except -1:
        cdef object context = self.context
        cdef object raw
        if not PyByteArray_AS_STRING(self.flag)[0] and now < self.due:
            return 0
        due, effects = context.due, context.effects
        context.due = NEVER
        PyByteArray_AS_STRING(self.flag)[0] = 0
        try:
            raw = self.call(context)
            self.due = context.due
        except BaseException:
            PyByteArray_AS_STRING(self.flag)[0] = 1
            raise
        finally:
            context.due = due
        self.evaluations += 1
        if context.effects != effects:
            PyByteArray_AS_STRING(self.flag)[0] = 1
        if type(raw) is int:
            self.status = ORDINARY
            self.value = raw
        elif isinstance(raw, STATUS_CLASS):
            self.status = code_of(raw)
            self.value = self.status == KT
        else:
            self.status = ORDINARY
            self.value = int(raw)
        return 0

    cdef object call(self, context):
        """Call the operator; for a candidate note how that was read first (D7)."""
        if self.candidate is None:
            return self.node.call(context, self.node)
        atom = self.candidate.node
        before, candidate = atom.cache, context.candidate
        atom.cache = None
        context.candidate = self.candidate
        try:
            return self.node.call(context, self.node)
        finally:
            context.candidate = candidate
            self.read = atom.cache
            atom.cache = before


cdef inline int operand(Node* nodes, int* arguments, int* variables, int index) noexcept:
    """Return the value of an argument, without a call for the usual ones."""
    cdef Node* node = &nodes[index]
    if node.op == VARIABLE:
        return variables[node.value]
    if node.op == CONSTANT:
        return node.value
    return plain_value(nodes, arguments, variables, index)


cdef int plain_value(Node* nodes, int* arguments, int* variables, int index) noexcept:
    """Return the value of a subtree without statuses; `and` and `or` stop early, because nothing can be noticed."""
    cdef Node* node = &nodes[index]
    cdef int op = node.op
    cdef int at, first, other
    cdef int* own
    if op == VARIABLE:
        return variables[node.value]
    if op == CONSTANT:
        return node.value
    own = arguments + node.first
    if op == AND:
        for at in range(node.count):
            if plain_value(nodes, arguments, variables, own[at]) != 1:
                return 0
        return 1
    if op == OR:
        for at in range(node.count):
            if plain_value(nodes, arguments, variables, own[at]) == 1:
                return 1
        return 0
    first = operand(nodes, arguments, variables, own[0])
    if op == NOT:
        return first != 1
    for at in range(1, node.count):
        other = operand(nodes, arguments, variables, own[at])
        if op == ADD:
            first = <int>(<unsigned int>first + <unsigned int>other)
        elif op == SUBTRACT:
            first = <int>(<unsigned int>first - <unsigned int>other)
        elif op == MULTIPLY:
            first = <int>(<unsigned int>first * <unsigned int>other)
        elif not holds(op, first, other):
            return 0
    return first if op >= ADD else 1


cdef inline bint holds(int op, int one, int other) noexcept:
    if op == LESS:
        return one < other
    if op == GREATER:
        return one > other
    if op == AT_LEAST:
        return one >= other
    if op == AT_MOST:
        return one <= other
    if op == EQUAL:
        return one == other
    return one != other
