## Writes results of tests as JUnit XML, for CI services.
extends RefCounted


## Writes the results, each with file, name, outcome, text and seconds. Returns whether the file could be written.
static func write(path: String, results: Array[Dictionary]) -> bool:
	var failed := 0
	var broken := 0
	var seconds := 0.0
	var cases: PackedStringArray = []
	for result: Dictionary in results:
		seconds += result["seconds"]
		failed += int(result["outcome"] == "failed")
		broken += int(result["outcome"] == "error")
		cases.append(_case(result))
	var file := FileAccess.open(path, FileAccess.WRITE)
	if file == null:
		printerr("run.gd: %s cannot be written: %s" % [path, error_string(FileAccess.get_open_error())])
		return false
	file.store_string("<?xml version='1.0' encoding='utf-8'?>\n<testsuites>\n")
	file.store_string('  <testsuite name="sexp test" tests="%d" failures="%d" errors="%d" time="%.3f">\n'
			% [results.size(), failed, broken, seconds])
	file.store_string("".join(cases) + "  </testsuite>\n</testsuites>\n")
	return true


static func _case(result: Dictionary) -> String:
	var head := '    <testcase classname="%s" name="%s" time="%.3f"' % [_text(result["file"]), _text(result["name"]), result["seconds"]]
	if result["outcome"] == "passed":
		return head + " />\n"
	var tag := "failure" if result["outcome"] == "failed" else "error"
	var text: String = result["text"]
	return '%s>\n      <%s message="%s">%s</%s>\n    </testcase>\n' % [head, tag, _text(text.get_slice("\n", 0)), _text(text), tag]


# Characters that XML 1.0 does not allow are replaced.
static func _text(text: String) -> String:
	var kept := ""
	for character: String in text:
		var code := character.unicode_at(0)
		kept += character if code >= 32 or code in [9, 10, 13] else "?"
	return kept.xml_escape(true)
