# Actions that need no Python: those that do nothing, and those that assign a number to a variable.


cdef class ContextCore:
    """The fields of an evaluation context that compiled code reads."""

    cdef public object effects, actions, listeners, heeded
    cdef public ActionCount actions_made


cdef class Step:
    """An action that a program carries out; by itself it is only offered to the game, as `do-nothing` is (C11)."""

    cdef readonly str operator

    def __init__(self, str operator not None):
        self.operator = operator


cdef class Assignment(Step):
    """A `modify-variable` of a number variable (J2)."""

    cdef readonly str name
    cdef Py_ssize_t index
    cdef int top  # the node that gives the number

    def __init__(self, str name not None, Py_ssize_t index, int top):
        Step.__init__(self, MODIFY_VARIABLE)
        self.name, self.index, self.top = name, index, top


cdef str MODIFY_VARIABLE = "modify-variable"


cdef inline bint is_heard(ContextCore context, str name) except -1:
    """See `EvaluationContext.is_heard`."""
    context.actions_made.value += 1
    if context.listeners is None:
        return context.actions is not None
    if len(<list?>context.listeners):
        return True
    return name in context.heeded if context.heeded else False


cdef int assign(Program program, list assignments) except -1:
    """Carry out actions in order; the game gets each that anybody listens to."""
    cdef ContextCore context = program.core
    cdef Step step
    cdef Assignment each
    cdef int found, value
    context.effects = context.effects + 1  # first, because pre-evaluation stops here
    for step in assignments:
        if type(step) is Assignment:
            each = <Assignment>step
            value = program.run(each.top, &found)
            program.variables.set_number(each.index, value)
            if is_heard(context, MODIFY_VARIABLE):
                context.actions(MODIFY_VARIABLE, (each.name, value))
        elif is_heard(context, step.operator):
            context.actions(step.operator, ())
    return 0
