# Programs: formulas as trees of nodes that remember their statuses exactly as the original does (B10 to B13).


cdef class Program:
    """One formula; docs/kernel.md describes what it does."""

    cdef Node* nodes
    cdef int* arguments
    cdef unsigned char* statuses
    cdef int size
    cdef int top
    cdef int root_status
    cdef int kind
    cdef bint wcs
    cdef bint remembers
    cdef bint draws
    cdef bint draws_vary  # whether how much is drawn, or a status, can depend on what is drawn
    cdef bint depends  # whether what has been evaluated so far depends on what was drawn
    cdef list passing  # the subtrees that the interpreter evaluates, if all is forgotten after each pass; else None
    cdef bint changed
    cdef readonly bint acted
    cdef long long due
    cdef readonly long long until  # up to this moment movement alone does not change the outcome; 0: it may
    cdef long long stands  # the same for what has been evaluated of a part so far
    cdef bint is_bounded  # whether all that is read of movement is compared in a form whose speed can be bounded
    cdef int candidate
    cdef VariablesCore variables
    cdef object context
    cdef ContextCore core  # the same
    cdef ClockCore clock
    cdef MersenneTwister generator
    cdef object root, perform, interpret
    cdef list places, distances, leaves, holders, candidates
    cdef list assignments  # all that its actions do; None: `perform` or `actions` runs them
    cdef object actions  # their program, if they have run often, and what is called before it; None: nothing
    cdef object before_actions
    cdef list acts
    cdef readonly bint is_simple
    cdef readonly bint by_time  # whether the last evaluation was made when the one before was due
    cdef readonly long evaluations
    # Of argument forms: common parts, and their results.
    cdef list common
    cdef int* common_values
    cdef unsigned char* common_statuses
    # And whether the condition read a candidate as the ship that it names.
    cdef unsigned char* was_read

    def __init__(self, plan, context, interpret):
        cdef int at, other, given
        cdef Node* node
        self.size = len(plan.nodes)
        self.nodes = <Node*>calloc(self.size + 1, sizeof(Node))
        self.statuses = <unsigned char*>calloc(self.size + 1, 1)
        self.arguments = <int*>calloc(sum([len(row[1]) for row in plan.nodes]) + 1, sizeof(int))
        if self.nodes is NULL or self.statuses is NULL or self.arguments is NULL:
            raise MemoryError
        given = 0
        for at in range(self.size):
            op, arguments, value, is_expression, traps, one, two = plan.nodes[at]
            node = &self.nodes[at]
            node.op, node.count, node.first, node.value = op, len(arguments), given, value
            node.one, node.two, node.is_expression, node.traps = one, two, is_expression, traps
            for other in arguments:
                if not 0 <= other < at:
                    raise ValueError("arguments come before their operator")
                self.arguments[given] = other
                given += 1
            node.is_plain = self.has_no_status(node)
        self.top = plan.top
        self.kind = plan.kind
        self.places, self.leaves, self.holders = list(plan.places), list(plan.leaves), list(plan.holders)
        self.distances = list(plan.distances)
        self.root, self.perform = plan.root, plan.perform
        self.assignments = plan.assignments or None
        self.candidates = []
        self.context, self.core, self.interpret = context, context, interpret
        self.clock, self.generator = context.world.clock, context.world.rng
        self.variables = context.world.variables.core
        self.wcs = context.wcs
        self.remembers = plan.remembers
        self.draws, self.draws_vary = plan.draws, plan.draws_vary
        if plan.forgets:
            self.passing = [self.holders[at] for at in range(self.size) if self.nodes[at].op == TREE] or None
        self.acts = list(plan.acts)
        self.is_simple = plan.is_simple
        self.is_bounded = plan.is_bounded
        self.due = NEVER

    def __dealloc__(self):
        free(self.nodes)
        free(self.statuses)
        free(self.arguments)
        free(self.common_values)
        free(self.common_statuses)

    cdef bint has_no_status(self, Node* node) noexcept:
        cdef int at
        cdef int* own = self.arguments + node.first
        if node.op == CONSTANT or node.op == VARIABLE:
            return True
        if not (AND <= node.op <= MULTIPLY) or node.op == XOR or node.count == 0:
            return False
        if node.op == NOT and node.count != 1:
            return False
        for at in range(node.count):
            if not self.nodes[own[at]].is_plain:
                return False
        return node.op > XOR or self.nodes[own[0]].is_expression

    # -- evaluation

    cdef int run(self, int index, int* status) except? RAISED:
        """Evaluate a node as `operators.interpreter.evaluate` does: return its value, give and remember its status."""
        cdef Node* node = &self.nodes[index]
        cdef int found = ORDINARY, value, before
        if node.op == VARIABLE:
            status[0] = ORDINARY
            return self.variables.values[node.value]
        if node.op == CONSTANT:
            status[0] = ORDINARY
            return node.value
        if node.is_plain:
            status[0] = ORDINARY
            return plain_value(self.nodes, self.arguments, self.variables.values, index)
        before = self.statuses[index]
        if node.traps and before != ORDINARY:
            if before == KT:
                status[0] = KT
                return 1
            if before == KF or (before == NANF and not self.wcs):
                status[0] = node.found = before
                return 0
        value = self.operate(node, &found)
        if found != ORDINARY:
            value = found == KT
        if self.remembers and self.statuses[index] != found:  # read again: an action may have cleared it
            before = self.statuses[index]
            self.statuses[index] = found
            if node.op != TREE and (settles(before) or settles(found)):
                self.changed = True
        status[0] = node.found = found
        node.last = value
        return value

    cdef int operate(self, Node* node, int* status) except? RAISED:
        cdef int op = node.op
        cdef int* own = self.arguments + node.first
        if op == LEAF:
            return self.leaf(node, status)
        if op == AND:
            return self.all_of(node, own, status)
        if op == OR:
            return self.any_of(node, own, status)
        if EQUAL <= op <= AT_LEAST:
            return self.compare(node, own, status)
        if op == NOT:
            return self.negate(node, own, status)
        if ADD <= op <= REMAINDER:
            return self.calculate(node, own, status)
        if op == DRAW:
            return self.between(node, own, status)
        if op >= LEAST:
            return self.extreme(node, own, status)
        if op == COMMON:
            status[0] = self.common_statuses[node.value]
            return self.common_values[node.value]
        if op == KNOWN:
            status[0] = node.value
            return node.value == KT
        if op == TREE:
            return self.tree(node, status)
        if op == XOR:
            return self.exactly_one(node, own, status)
        if op >= ACT:
            return act(self, node, own, status) if op == ACT else choose(self, node, own, status)
        return measure(self, node, own, status)

    cdef int all_of(self, Node* node, int* own, int* status) except? RAISED:
        cdef int at, found, value
        cdef bint result = True, known = True, depended = self.depends, depends = False, is_decided = False
        cdef long long before = self.stands, true_until = NEVER, false_until = 0
        for at in range(node.count):
            self.stands = NEVER
            self.depends = False
            value = self.run(own[at], &found)
            if self.depends:  # its result may be another one in the next evaluation
                depends = True
                self.stands = 0
            elif value != 1:
                is_decided = True
            if at == 0 and not self.nodes[own[0]].is_expression:
                result = value != 0
                false_until = 0 if result else NEVER
                continue
            if found == KF or (found == NANF and not self.wcs):
                status[0] = KF
                self.stands = before
                self.depends = depended or (self.depends and not is_decided)
                return 0
            if value != 1:
                result = False
                false_until = max(false_until, self.stands)
            else:
                true_until = min(true_until, self.stands)
            if found != KT:
                known = False
        if known:
            status[0] = KT
        self.depends = depended or (depends and not is_decided)
        self.stands = min(before, true_until if result else false_until)
        return result

    cdef int any_of(self, Node* node, int* own, int* status) except? RAISED:
        cdef int at, found, value
        cdef bint result = False, known = True, depended = self.depends, depends = False, is_decided = False
        cdef long long before = self.stands, true_until = 0, false_until = NEVER
        for at in range(node.count):
            self.stands = NEVER
            self.depends = False
            value = self.run(own[at], &found)
            if self.depends:
                depends = True
                self.stands = 0
            elif value == 1:
                is_decided = True
            if at == 0 and not self.nodes[own[0]].is_expression:
                result = value != 0
                true_until = NEVER if result else 0
                continue
            if found == KT:
                status[0] = KT
                self.stands = before
                self.depends = depended or (self.depends and not is_decided)
                return 1
            if value == 1:
                result = True
                true_until = max(true_until, self.stands)
            else:
                false_until = min(false_until, self.stands)
            if found != KF:
                known = False
        if known:
            status[0] = KF
        self.depends = depended or (depends and not is_decided)
        self.stands = min(before, true_until if result else false_until)
        return result

    cdef int negate(self, Node* node, int* own, int* status) except? RAISED:
        cdef int found, value
        if node.count == 0:
            return 0
        value = self.run(own[0], &found)
        if not self.nodes[own[0]].is_expression:
            return value == 0
        if found == KF or (found == NANF and not self.wcs):
            status[0] = KT
            return 1
        if found == KT:
            status[0] = KF
            return 0
        if found == NAN or found == NANF or found == CANT:
            return 1
        return value != 1

    cdef int exactly_one(self, Node* node, int* own, int* status) except? RAISED:
        cdef int at, found, value, known_true = 0, known_false = 0, other_true = 0, counted = node.count
        for at in range(node.count):
            value = self.run(own[at], &found)
            if at == 0 and not self.nodes[own[0]].is_expression:
                other_true += value != 0
                counted -= 1
            elif found == KT:
                known_true += 1
            elif found == KF or found == NANF:
                known_false += 1
            elif value == 1:
                other_true += 1
        if known_true + known_false == counted:
            status[0] = KT if known_true == 1 else KF
            return known_true == 1
        return other_true + known_true == 1

    cdef inline bint looks_back(self, int index, int* status) noexcept:
        """Whether an argument's status of an earlier pass ends a comparison (B41)."""
        cdef int before = self.statuses[index]
        if before == NAN:
            return True
        if before == NANF:
            status[0] = KF
            return True
        return False

    cdef int compare(self, Node* node, int* own, int* status) except? RAISED:
        cdef int at, found, first, value
        if node.count == 0:
            return 0
        first = self.run(own[0], &found)
        if self.nodes[own[0]].is_expression:
            if found == NAN:
                return 0
            if found == NANF:
                status[0] = KF
                return 0
        if node.count > 1 and self.looks_back(own[1], status):
            return 0
        for at in range(1, node.count):
            if at + 1 < node.count and self.looks_back(own[at + 1], status):
                return 0
            value = self.run(own[at], &found)
            if node.value and self.is_bounded:
                stand(self, own[0], own[at])
            if not holds(node.op, first, value):
                return 0
        return 1

    cdef int calculate(self, Node* node, int* own, int* status) except? RAISED:
        cdef int at, found, value, total = 0, op = node.op
        cdef long long wide
        for at in range(node.count):
            value = self.run(own[at], &found)
            if found == NAN or found == NANF:
                if not self.wcs or op == ADD:
                    status[0] = found
                    return 0
                value = 0
            if at == 0:
                total = value
            elif op == ADD:
                total = <int>(<unsigned int>total + <unsigned int>value)
            elif op == SUBTRACT:
                total = <int>(<unsigned int>total - <unsigned int>value)
            elif op == MULTIPLY:
                total = <int>(<unsigned int>total * <unsigned int>value)
            else:
                if value == 0:
                    self.warn_of_zero(op)
                    status[0] = NAN
                    return 0
                wide = total  # with `cdivision` toward zero, as the original (B21)
                total = <int>(wide / value if op == DIVIDE else wide % value)
        return total

    cdef int extreme(self, Node* node, int* own, int* status) except? RAISED:
        """`min`, `max` and `abs` (B22)."""
        cdef int at, found, value, best = 0
        for at in range(node.count if node.op != MAGNITUDE else min(node.count, 1)):
            value = self.run(own[at], &found)
            if found == NAN or found == NANF:
                if not self.wcs:
                    status[0] = found
                    return 0
                value = 0
            if at == 0 or (value < best if node.op == LEAST else value > best):
                best = value
        if node.op == MAGNITUDE and best < 0:
            best = <int>(0 - <unsigned int>best)
        return best

    cdef int between(self, Node* node, int* own, int* status) except? RAISED:
        """`rand-multiple` between two atoms (I1, I4)."""
        cdef int found, low = self.run(own[0], &found), high = self.run(own[1], &found)
        self.depends = True
        if low > high:
            return self.by_hand(node, status)
        self.core.effects = self.core.effects + 1
        return self.generator.between(low, high)

    cdef int warn_of_zero(self, int op) except -1:
        self.context.warn("/ by zero" if op == DIVIDE else "mod by zero", None)
        return 0

    cdef int leaf(self, Node* node, int* status) except? RAISED:
        cdef Leaf leaf
        if node.one < 0:
            self.depends |= self.draws
            leaf = <Leaf>(<list>self.leaves[node.value])[self.candidate]
            leaf.evaluate(self.clock.us)
            if leaf.read is not None:
                self.was_read[self.candidate] = 1
        else:
            leaf = <Leaf>self.leaves[node.value]
            leaf.evaluate(self.clock.us)
        if leaf.due < self.due:
            self.due = leaf.due
        status[0] = leaf.status
        return leaf.value

    # -- what is read from ships

    cdef Place place(self, int index):
        return <Place>self.places[index if index >= 0 else self.candidate]

    # -- what Python evaluates

    cdef int tree(self, Node* node, int* status) except? RAISED:
        """Have the interpreter evaluate a subtree, which keeps its statuses in its own nodes."""
        holder = self.holders[node - self.nodes]
        cdef int value
        if node.one < 0:  # which candidate it reads was drawn
            self.depends |= self.draws
        if not self.draws:
            value = self.interpret(self.context, holder)
        else:
            effects, unused = self.core.effects, self.context.unused_draws
            value = self.interpret(self.context, holder)
            if self.core.effects is not effects and self.core.effects - effects != self.context.unused_draws - unused:
                self.depends = True
        status[0] = code_of(holder.head.status)
        return value

    cdef int by_hand(self, Node* node, int* status) except? RAISED:
        """Call the operator of a node, in Python."""
        context = self.context
        head = self.holders[node - self.nodes].head
        before = context.candidate
        if self.candidates:
            context.candidate = self.candidates[self.candidate]
        try:
            raw = head.call(context, head)
        finally:
            context.candidate = before
        if isinstance(raw, STATUS_CLASS):
            status[0] = code_of(raw)
            return status[0] == KT
        return int(raw)

    # -- the whole formula

    cdef int evaluate(self) except? RAISED:
        """Evaluate the formula; set `changed`, `acted`, `due` and `root_status`."""
        cdef int found = ORDINARY, value
        self.begin()
        effects = unused = None
        if self.draws:
            effects, unused = self.core.effects, self.context.unused_draws
        if self.kind == EVERY_TIME:
            unsettled = None if self.passing is None else self.context.unsettled
            if self.run(self.top, &found) == 1:
                self.acted = True
                self.do_actions()
            if self.passing is not None:
                self.forget_pass(unsettled)
            if self.root_status != NAN:
                self.root_status = NAN
                self.root.status = NOT_A_NUMBER
            if not self.acted:
                if self.draws:
                    self.judge_draws(effects, unused)
                self.wait()
            return 0
        if self.kind == WHEN and self.root_status == KF:
            return 0
        value = self.run(self.top, &found)
        if self.kind == WHEN:
            if value == 1:
                self.acted = True
                self.do_actions()
            found = KF if found == KF or found == NANF else ORDINARY
            if found == KF:
                value = 0
        if found != self.root_status:
            self.set_root(found)
        if not self.acted:  # actions may compare what moves, too
            if self.draws:
                self.judge_draws(effects, unused)
            self.wait()
        return value

    cdef int do_actions(self) except -1:
        if self.assignments is not None:
            assign(self, self.assignments)
        elif self.actions is None:
            self.perform(self)
        else:
            if self.before_actions is not None:
                self.before_actions(self)
            perform_once(self.actions)
        return 0

    cdef int judge_draws(self, effects, unused) except -1:
        """Count the draws since `effects` as unused if every number gives the same result."""
        if not self.depends and not self.draws_vary and self.core.effects is not effects:
            self.context.unused_draws = unused + (self.core.effects - effects)
        return 0

    cdef int forget_pass(self, unsettled) except -1:
        """Forget what the interpreter's subtrees remember, after a pass that began with this `unsettled` (C7)."""
        for holder in self.passing:
            self.context.flush(holder)
        self.context.unsettled = unsettled
        return 0

    def use_actions(self, actions, before):
        self.actions, self.before_actions = actions, before
        self.actions.from_nodes()

    cdef int wait(self) except -1:
        """Let movement set no flag before the bound of the formula, if that is far enough away."""
        if self.is_bounded and self.stands > self.clock.us + WORTH_WAITING:
            self.until = self.stands
            self.due = min(self.due, self.stands)
        return 0

    cdef int begin(self) except -1:
        self.by_time = self.due <= self.clock.us
        self.changed = self.acted = self.depends = False
        self.due = self.stands = NEVER
        self.until = 0
        self.evaluations += 1
        return 0

    cdef int set_root(self, int status) except -1:
        if settles(status) or settles(self.root_status):
            self.changed = True
        self.root_status = status
        self.root.status = STATUS_OF_CODE[status]
        return 0

    cdef bint is_permanent(self) noexcept:
        """Whether the root's status decides every evaluation from now on (B11)."""
        if self.kind == EVERY_TIME:
            return False
        return self.root_status == KT or self.root_status == KF or (self.root_status == NANF and not self.wcs)

    @property
    def has_changed(self):
        return self.changed

    def in_pass(self):
        """Evaluate; return the value, whether there is no outcome to apply, whether it acted, when it is due."""
        cdef int value = self.evaluate()
        return value, self.comes_to_nothing(value), self.acted, self.due

    cdef bint comes_to_nothing(self, int value) noexcept:
        """Whether an evaluation just made had no outcome that anybody but the next evaluation could notice."""
        return value == 0 and not self.changed and not self.is_permanent() and (
            not self.acted or self.kind == EVERY_TIME
        )

    def __call__(self):
        cdef int value = self.try_out()
        if self.changed:
            self.context.unsettled = True
        return value

    cpdef int try_out(self) except? RAISED:
        cdef int value = self.evaluate()
        context = self.context
        if self.due != NEVER and self.due < <long long>context.due:
            context.due = self.due
        return value

    # -- what it remembers

    @property
    def is_known_false(self):
        return self.root_status == KF

    def forget_root(self):
        self.root_status = ORDINARY

    def statuses_now(self):
        return bytes(self.statuses[:self.size]) + bytes((self.root_status,))

    def restore(self, bytes statuses not None):
        cdef int at
        if len(statuses) != self.size + 1:
            raise ValueError("statuses of another program")
        self.until = 0
        for at in range(self.size):
            self.statuses[at] = statuses[at]
        self.root_status = statuses[self.size]
        self.root.status = STATUS_OF_CODE[self.root_status]

    def forget(self):
        if self.actions is not None:
            self.actions.forget()
        self.until = 0
        if self.remembers:
            memset(self.statuses, ORDINARY, self.size)
        if self.kind != ACTIONS:
            self.root_status = ORDINARY
            self.root.status = STATUS_OF_CODE[ORDINARY]

    def to_nodes(self):
        cdef int at
        if self.actions is not None:
            self.actions.to_nodes()
        for at in range(self.size):
            holder = self.holders[at]
            if holder is not None and self.nodes[at].op != TREE and self.nodes[at].op != ACT and self.remembers:
                holder.status = holder.head.status = STATUS_OF_CODE[self.statuses[at]]
        if self.kind != ACTIONS:
            self.root.status = STATUS_OF_CODE[self.root_status]

    def from_nodes(self):
        cdef int at
        if self.actions is not None:
            self.actions.from_nodes()
        self.until = 0
        for at in range(self.size):
            holder = self.holders[at]
            if holder is not None and self.remembers and self.nodes[at].op != ACT:
                self.statuses[at] = code_of(holder.head.status)
        if self.kind != ACTIONS:
            self.root_status = code_of(self.root.status)

    def doubt(self):
        """Have every leaf called, every place looked up, and every distance measured, at its next use."""
        if self.actions is not None:
            self.actions.doubt()
        self.until = 0
        for leaf in self.leaves:
            for each in leaf if isinstance(leaf, list) else (leaf,):
                each.flag[0] = 1
        for distance in self.distances:
            distance.flag[0] = 1
        for place in self.places:
            place.stale[0] = 1

    def nbytes(self):
        """The bytes of the object, its rows and lists, what the board keeps to find it, and what runs its actions."""
        cdef Py_ssize_t total = self.size * (sizeof(Node) + 1 + sizeof(int)) + 650
        total += 8 * (len(self.holders) + len(self.places))
        if self.perform is not None:
            total += 680
        if self.assignments is not None:
            total += len(self.assignments) * 50
        if self.actions is not None:
            total += self.actions.nbytes()
        return total + len(self.acts) * 250
