## The menu of the SEXP tab: profiling, recording, and what is saved or loaded.
@tool
extends MenuButton

## A message for the game, with its data.
signal wanted(message: String, data: Array)
## The user wants to choose a file to save to: "recording" or "report".
signal file_wanted(what: String)

enum Item { FULL, RECORD, RESET, RELOAD, SAVE_RECORDING, SAVE_REPORT }

const TEXTS: Dictionary[Item, Array] = {
	Item.FULL: ["Full Profiling", "Time every evaluation and every operator instead of one frame in 17. Makes the runtime up to three times slower while it is on."],
	Item.RECORD: ["Record", "Record every change that the game makes to a mission, from its beginning. During a mission, this takes effect with the next one."],
	Item.RESET: ["Reset Measurements", "Discard all measurements so far."],
	Item.RELOAD: ["Reload Mission", "Apply the changes of the mission's file to the running mission. Time, values of variables and ships that are there stay."],
	Item.SAVE_RECORDING: ["Save Recording...", "Write one file with the mission and every change since it began: tools/sexp replay plays it again."],
	Item.SAVE_REPORT: ["Save Report...", "Write the performance report as JSON."],
}


func _init() -> void:
	text = "Tools"
	tooltip_text = "Profiling, recording, saving."
	flat = false
	var menu := get_popup()
	for item: Item in TEXTS:
		if item in [Item.FULL, Item.RECORD]:
			menu.add_check_item(str(TEXTS[item][0]), item)
		else:
			menu.add_item(str(TEXTS[item][0]), item)
		menu.set_item_tooltip(menu.get_item_index(item), str(TEXTS[item][1]))
	menu.id_pressed.connect(choose)


## Chooses an item, as a click does.
func choose(item: Item) -> void:
	match item:
		Item.FULL:
			set_full(not is_full())
		Item.RECORD:
			set_recording(not _is_on(Item.RECORD))
		Item.RESET:
			wanted.emit("reset", [])
		Item.RELOAD:
			wanted.emit("reload", [])
		Item.SAVE_RECORDING:
			file_wanted.emit("recording")
		Item.SAVE_REPORT:
			file_wanted.emit("report")


## Switches full profiling on or off.
func set_full(on: bool) -> void:
	_check(Item.FULL, on)
	wanted.emit("mode", ["full" if on else "sampled"])


## Whether full profiling is chosen.
func is_full() -> bool:
	return _is_on(Item.FULL)


## Switches recording on or off: on, from the next mission that is loaded.
func set_recording(on: bool) -> void:
	_check(Item.RECORD, on)
	wanted.emit("record", [on])


## Shows whether the game records.
func show_recording(on: bool) -> void:
	_check(Item.RECORD, on)


## Sets whether a game is connected.
func enable(on: bool) -> void:
	disabled = not on
	_check(Item.RECORD, false)


func _check(item: Item, on: bool) -> void:
	get_popup().set_item_checked(get_popup().get_item_index(item), on)


func _is_on(item: Item) -> bool:
	return get_popup().is_item_checked(get_popup().get_item_index(item))
