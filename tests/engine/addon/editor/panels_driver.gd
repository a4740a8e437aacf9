## Only for tests: uses the pages of the SEXP tab that show the mission, at the dock's usual height.
@tool
extends "res://addons/driver/driver.gd"


func _drive() -> void:
	await _prepare()
	EditorInterface.play_main_scene()
	await _until(func() -> bool: return _tab.status_text() == _tab.NO_MISSION)
	_reveal()
	await _until(func() -> bool: return _tab.table.shown_rows().size() > 3)
	await _use_variables()
	await _use_objects()
	await _use_log_and_goals()
	await _use_watch()
	await _use_past()
	_tab.set_filter("hits-left", "")
	await _until(func() -> bool: return _tab.table.shown_rows().size() > 0)
	await _seconds(0.3)
	_open(_tab.glance.log_panel)
	_say("found", {"rows": _tab.table.shown_rows(), "log": _tab.glance.log_panel.shown_rows().size()})
	_tab.set_filter("", "")
	EditorInterface.stop_playing_scene()
	await _until(func() -> bool: return _tab.status_text().contains("has ended"))
	await _use_past_of_ended_game()
	get_tree().quit()


func _use_variables() -> void:
	var page := _tab.glance.variables
	_open(page)
	await _until(func() -> bool: return page.shown_rows().size() > 5)
	_say("variables", {"rows": page.shown_rows()})
	page.edit("Losses", "77")
	await _until(func() -> bool: return _tab.status_text().begins_with("@Losses"))
	_say("edited", {"status": _tab.status_text(), "rows": page.shown_rows()})
	page.edit("Losses", "seven")
	await _until(func() -> bool: return _tab.status_text().begins_with("failed"))
	_say("refused", {"status": _tab.status_text(), "rows": page.shown_rows()})
	var roster := page.get_root().get_child(-1)
	roster.collapsed = false
	page.wanted.emit("add_item", ["Roster", "", "Nightjar"])
	await _until(func() -> bool: return _items(roster).has("Nightjar"))
	_say("item", {"count": int(roster.get_text(2)), "items": _items(roster)})
	page.scroll_to_item(roster)
	await _shoot("variables")
	page.wanted.emit("add_item", ["Roster", "", "Dunlin"])
	await _until(func() -> bool: return _items(roster).has("Dunlin") and roster.get_custom_bg_color(2) != Color())
	page.wanted.emit("remove_item", ["Roster", str(int(roster.get_text(2)) - 1)])
	await _until(func() -> bool: return not _items(roster).has("Dunlin"))
	_say("removed", {"highlighted": roster.get_custom_bg_color(2) != Color()})
	await _use_long_list(page)


## A list of which the game sends only the first items: the row that says so is none of them.
func _use_long_list(page: Tree) -> void:
	var items: Array = []
	for at: int in 3:
		items.append([str(at), "item %d" % at])
	var row := ["list", "Long", "string", "", items, 5]
	var item := page.get_root().create_child()
	page.call("_fill", item, row, [])
	var wishes: Array = []
	var note := func(message: String, data: Array) -> void: wishes.append([message, data])
	page.connect("wanted", note)
	for at: int in item.get_child_count():
		page.call("remove", item.get_child(at))
	page.disconnect("wanted", note)
	_say("long", {"texts": _items_of(item), "wishes": wishes})
	item.free()


func _items_of(container: TreeItem) -> PackedStringArray:
	var texts := PackedStringArray()
	for item: TreeItem in container.get_children():
		texts.append(item.get_text(0))
	return texts


func _items(container: TreeItem) -> PackedStringArray:
	var texts := PackedStringArray()
	for item: TreeItem in container.get_children():
		texts.append(item.get_text(2))
	return texts


func _use_objects() -> void:
	var page := _tab.glance.objects
	_open(page)
	await _until(func() -> bool: return page.table.shown_rows().any(
			func(row: PackedStringArray) -> bool: return row[0] == "Heron 1" and not row[4].is_empty()))
	page.table.choose("Heron 1")
	await _until(func() -> bool: return page.details.count() > 3)
	var details: Array[PackedStringArray] = []
	for item: TreeItem in page.details.get_root().get_children():
		details.append(PackedStringArray([item.get_text(0), item.get_text(1)]))
	await _seconds(0.3)
	_say("objects", {"rows": page.table.shown_rows(), "details": details, "wide": page.table.is_wide(),
			"scrolls": page.table.get_scroll().x > 0.0 or _scrolls_sideways(page.table), "width": page.details.size.x})
	await _shoot("objects")


func _scrolls_sideways(table: Tree) -> bool:
	for bar: Node in table.get_children(true):
		if bar is HScrollBar:
			return (bar as HScrollBar).visible
	return false


func _use_log_and_goals() -> void:
	_open(_tab.glance.log_panel)
	await _until(func() -> bool: return _tab.glance.log_panel.shown_rows().any(
			func(row: PackedStringArray) -> bool: return row[1] == "ship-arrived"))
	_say("log", {"rows": _tab.glance.log_panel.shown_rows()})
	await _shoot("log")
	_open(_tab.glance.goals)
	await _until(func() -> bool: return _tab.glance.goals.shown_rows().size() == 4)
	_say("goals", {"rows": _tab.glance.goals.shown_rows()})
	await _shoot("goals")


func _use_watch() -> void:
	var page := _tab.glance.watch
	_open(page)
	await _shoot("watch_empty")
	for text: String in ["( > ( mission-time ) 1 )", "( rand 1 6 )", "( hits-left \"Nobody\" )"]:
		page.add(text)
	await _until(func() -> bool: return page.shown_rows().size() == 3 and not page.shown_rows()[2][1].is_empty())
	_say("watch", {"rows": page.shown_rows()})
	await _shoot("watch")


## Stops the mission, changes nothing any more, and compares what the tab shows with the same moment of the past.
func _use_past() -> void:
	var bar := _tab.past_bar
	_tab.table.choose("event", 13)
	_open(_tab.glance.variables)
	_tab.time_bar.press("pause")
	await _seconds(0.7)
	var live := _seen()
	await _shoot("before_past")
	_tab.go_back()
	await _until(func() -> bool: return bar.shown_frame() > 0)
	await _seconds(0.3)
	_say("past", {"live": live, "past": _seen(), "listening": _tab.listening, "note": bar.note_text(), "frame": bar.shown_frame(),
			"first": bar.bounds().x, "last": bar.bounds().y})
	await _shoot("past")
	_open(_tab.tree)
	await _shoot("past_tree")
	_open(_tab.glance.variables)
	bar.go_to(bar.bounds().x + 5)
	await _until(func() -> bool: return bar.shown_frame() == bar.bounds().x + 5)
	await _seconds(0.2)
	_say("earlier", {"past": _seen()})
	_open(_tab.glance.objects)
	await _until(func() -> bool: return _tab.glance.objects.table.shown_rows().size() == 13)
	await _shoot("past_objects")
	_open(_tab.glance.variables)
	await _seconds(0.3)
	var left_at := bar.shown_frame()
	var last := bar.bounds().y
	bar.play_on()
	await _until(func() -> bool: return bar.bounds().y > last and bar.shown_frame() == left_at)
	await _seconds(0.3)
	_say("played_on", {"past": _seen(), "from": left_at, "last": bar.bounds().y, "note": bar.note_text()})
	await _shoot("played_on")
	bar.leave()
	await _until(func() -> bool: return _tab.table.shown_rows().size() > 3)
	await _seconds(0.7)
	_say("now", {"live": _seen(), "listening": _tab.listening})
	_tab.time_bar.press("pause")
	await _use_hidden_break()


## A break pauses the mission while the tab is hidden.
func _use_hidden_break() -> void:
	_tab.time_bar.set_break("( > ( mission-time ) 20 )")
	await _seconds(0.5)
	(_tab.get_parent() as TabContainer).current_tab = 0
	await _seconds(12.0)
	var hidden := {"listening": _tab.listening, "button": _tab.time_bar.pause_text()}
	_reveal()
	await _until(func() -> bool: return _tab.time_bar.pause_text() == "Continue")
	_say("hidden_break", hidden)
	_tab.wanted.emit("clear_breaks", [])
	_tab.time_bar.press("pause")


func _use_past_of_ended_game() -> void:
	_tab.go_back()
	await _until(func() -> bool: return _tab.past_bar.shown_frame() > 0)
	_say("ended", {"frame": _tab.past_bar.shown_frame(), "note": _tab.past_bar.note_text()})
	_tab.past_bar.leave()
	_say("left", {"status": _tab.status_text()})


func _seen() -> Dictionary:
	var rows: Array[PackedStringArray] = []
	for row: PackedStringArray in _tab.table.shown_rows():
		rows.append(row.slice(0, 4))
	var parts: Array[PackedStringArray] = []
	for at: int in _tab.tree.row_count():
		parts.append(_tab.tree.row_texts(at))
	return {"rows": rows, "variables": _tab.glance.variables.shown_rows(), "tree": parts}


func _open(page: Control) -> void:
	_tab.pages.current_tab = page.get_index()
