extends Node
## What the GDScript halves of benchmarks measure with: medians of several passes in this thread's own CPU time, so that
## other programs on the machine do not count. The Python half exposes `BenchTarget.cpu_ns`.

const REPEATS := 7


func median(values: Array) -> float:
	values.sort()
	return values[values.size() / 2]


func once(rounds: int, work: Callable) -> float:
	var start := BenchTarget.cpu_ns()
	work.call(rounds)
	return (BenchTarget.cpu_ns() - start) / 1000.0 / rounds


func timed(rounds: int, work: Callable) -> float:
	work.call(rounds)
	var times := []
	for i in REPEATS:
		times.append(once(rounds, work))
	return median(times)


func empty_loop(rounds: int) -> void:
	for i in rounds:
		pass
