# Programs of actions: their arguments are nodes, their effects are Python; the game gets those with a listener.

cdef enum:
    # How an action reads an argument; `plain.py` has the same numbers.
    FIXED = 0
    NUMBER = 1
    NATURAL = 2
    TRUTH = 3
    VALUE = 4
    TEXT = 5
    CANDIDATE = 6
    MOST_READ = 16


cdef class Act:
    """An action of the ordinary kind: how it reads its arguments, and its effect.

    With `variable` it assigns a number to that variable instead.
    """

    cdef readonly str name
    cdef object effect  # returns None, else nothing has happened; None: it is only offered to the game
    cdef Py_ssize_t variable
    cdef list fixed  # the arguments, with None for a number and the atom for a text
    cdef list texts, candidates  # the positions of texts that are read each time
    cdef int count
    cdef unsigned char kinds[MOST_READ]
    cdef int places[MOST_READ]
    cdef int numbers[MOST_READ]
    cdef tuple values  # the arguments with these numbers

    def __init__(self, str name not None, effect, Py_ssize_t variable=-1):
        self.name, self.effect, self.variable = name, effect, variable
        self.fixed, self.texts, self.candidates = [], [], []

    def read(self, int reading, value=None):
        """Add an argument: its value if it is FIXED, its atom if it is a TEXT, for a number nothing."""
        if reading == TEXT:
            self.texts.append(len(self.fixed))
        elif reading == CANDIDATE:
            self.candidates.append(len(self.fixed))
        elif reading != FIXED:
            if self.count == MOST_READ:
                raise ValueError("too many arguments")
            self.kinds[self.count] = reading
            self.places[self.count] = len(self.fixed)
            self.count += 1
        self.fixed.append(value)

    cdef tuple arguments(self, context, who):
        """Return the values of all arguments."""
        cdef list values
        cdef int at
        if self.values is None or self.texts or self.candidates:
            values = self.fixed[:]
            for at in range(self.count):
                values[self.places[at]] = self.numbers[at]
            for place in self.texts:
                values[place] = context.text(values[place])
            for place in self.candidates:
                values[place] = who.text
            self.values = tuple(values)
        return self.values


cdef class ActionProgram(Program):
    """The actions of a formula or argument form; docs/kernel.md describes what it does."""

    cdef list steps
    cdef object who  # the candidate for which it runs
    cdef bint counts
    cdef bint has_counted
    cdef bint forgets
    cdef object unsettled

    def __init__(self, plan, context, interpret):
        Program.__init__(self, plan, context, interpret)
        self.steps, self.counts, self.forgets = list(plan.steps), plan.counts, plan.forgets

    cdef int start(self) except -1:
        self.begin()
        self.has_counted = False
        self.unsettled = self.context.unsettled
        if self.counts:
            self.count_effect()
        return 0

    cdef inline int count_effect(self) except -1:
        if not self.has_counted:
            self.has_counted = True
            self.core.effects = self.core.effects + 1
        return 0

    cdef int end(self) except -1:
        """Note what nested conditions leave for the next evaluation; of an `every-time` that is nothing (C7)."""
        if self.forgets:
            memset(self.statuses, ORDINARY, self.size)
            if self.passing is not None:
                self.forget_pass(self.unsettled)
        elif self.changed:
            self.context.unsettled = True
        if self.due != NEVER and self.due < <long long>self.context.due:
            self.context.due = self.due
        return 0


cdef int perform_once(ActionProgram program) except -1:
    """Run the actions of a `when` or `every-time` (C1, C7)."""
    cdef int found
    program.start()
    for top, _head, _weight in program.steps:
        program.run(top, &found)
    program.end()
    return 0


cdef int perform_for(ActionProgram program, context, list applicable) except -1:
    """Run the actions of an argument form: with `<argument>` in it for each candidate, else once (C20, C28)."""
    cdef int found, top
    before = context.candidate
    program.start()
    context.applicable.append(applicable)
    try:
        for top, head, weight in program.steps:
            if weight == 0:
                program.run(top, &found)
                continue
            context.budget.pay(len(applicable) * weight, head)
            for candidate in applicable[:]:
                context.candidate = program.who = candidate
                program.run(top, &found)
            context.candidate = before
    finally:
        context.candidate = before
        context.applicable.pop()
    program.end()
    return 0


cdef int act(Program owner, Node* node, int* own, int* status) except? RAISED:
    """Carry out one action as `actions.perform` does (C4, N1.2)."""
    cdef ActionProgram program = <ActionProgram>owner
    cdef Act each = <Act>program.acts[node.value]
    cdef object context = program.context
    cdef int at, found, value
    cdef bint are_numbers = True
    cdef tuple values
    program.count_effect()
    for at in range(node.count):
        value = program.run(own[at], &found)
        if each.kinds[at] == TRUTH:
            value = value == 1
        elif each.kinds[at] != VALUE:
            if found == NAN or found == NANF:
                are_numbers = program.wcs
                value = 0
            elif value < 0 and each.kinds[at] == NATURAL:
                value = context.as_natural(value)
        if value != each.numbers[at]:
            each.numbers[at] = value
            each.values = None
    if not are_numbers:
        return 1
    if each.variable >= 0:
        program.variables.set_number(each.variable, each.numbers[0])
        if is_heard(context, each.name):
            context.actions(each.name, each.arguments(context, None))
        return 1
    values = each.arguments(context, program.who)
    if (each.effect is None or each.effect(context, values) is None) and is_heard(context, each.name):
        context.actions(each.name, values)
    return 1


cdef int choose(Program program, Node* node, int* own, int* status) except? RAISED:
    """Run a `when` or `if-then-else` among the actions (C1 to C3, C6)."""
    cdef int at, found, other, value
    cdef bint depended = program.depends
    program.depends = False
    effects = unused = None
    if program.draws:
        effects, unused = program.core.effects, program.context.unused_draws
    value = program.run(own[0], &found)
    if program.draws and value != 1 and node.op == WHEN_TRUE:
        program.judge_draws(effects, unused)
    program.depends = depended
    if value == 1:
        for at in range(1, node.count if node.op == WHEN_TRUE else min(node.count, 2)):
            program.run(own[at], &other)
    elif value == 0 and node.op == IF_TRUE:
        for at in range(2, node.count):
            program.run(own[at], &other)
        value = 1
    if program.remembers:  # read afterwards: an action may have cleared it
        found = program.statuses[own[0]]
    if found == KF or found == NANF:
        status[0] = KF
        return 0
    return value
