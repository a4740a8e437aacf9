extends Counter


func greet() -> String:
	return "hello"


func from_script() -> int:
	return count(41)
