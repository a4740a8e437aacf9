extends Node
## What the GDScript halves of benchmarks measure with: medians of several passes in this thread's own CPU time, so that
## other programs on the machine do not count. The Python half exposes `BenchTarget.cpu_ns`.

const REPEATS := 7


func median(values: Array) -> float:
	values.sort()
	return values[values.size() / 2]


func timed(rounds: int, work: Callable) -> float:
	work.call(rounds)
	var times := []
	for i in REPEATS:
		var start := BenchTarget.cpu_ns()
		work.call(rounds)
		times.append((BenchTarget.cpu_ns() - start) / 1000.0 / rounds)
	return median(times)


func empty_loop(rounds: int) -> void:
	for i in rounds:
		pass
