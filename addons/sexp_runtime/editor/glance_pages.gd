## The pages that show the mission itself: variables, objects, log, goals and watched expressions.
##
## The game sends only the page that is open.
@tool
extends RefCounted

## A message for the game, with its data.
signal wanted(message: String, data: Array)

const PageTable := preload("res://addons/sexp_runtime/editor/page_table.gd")
const VariablesPanel := preload("res://addons/sexp_runtime/editor/variables_panel.gd")
const ObjectsPanel := preload("res://addons/sexp_runtime/editor/objects_panel.gd")
const LogPanel := preload("res://addons/sexp_runtime/editor/log_panel.gd")
const GoalsPanel := preload("res://addons/sexp_runtime/editor/goals_panel.gd")
const WatchPanel := preload("res://addons/sexp_runtime/editor/watch_panel.gd")

var variables := VariablesPanel.new()
var objects := ObjectsPanel.new()
var log_panel := LogPanel.new()
var goals := GoalsPanel.new()
var watch := WatchPanel.new()

var _pages: TabContainer = null


## Adds the pages to a tab container.
func add_to(pages: TabContainer) -> void:
	_pages = pages
	for page: Control in [variables, objects, log_panel, goals, watch]:
		pages.add_child(page)
	variables.wanted.connect(func(message: String, data: Array) -> void: wanted.emit(message, data))
	objects.object_chosen.connect(func(_name: String) -> void: ask())
	watch.watch_wanted.connect(func(texts: PackedStringArray) -> void: wanted.emit("watch", [Array(texts)]))
	pages.tab_changed.connect(func(_tab: int) -> void: ask())


## The name of the open page in messages, "" if none of these is open.
func open_page() -> String:
	var page := _pages.get_current_tab_control()
	return page.name.to_lower() if page in [variables, objects, log_panel, goals, watch] else ""


## Requests the open page from the game.
func ask() -> void:
	for question: Array in questions():
		wanted.emit(question[0], question[1])
	if open_page().is_empty():
		wanted.emit("view", ["", ""])


## The messages that request the open page, each with its data.
func questions() -> Array:
	var found := []
	if open_page() == "watch":
		found.append(["watch", [Array(watch.texts())]])
	if not open_page().is_empty():
		found.append(["view", [open_page(), objects.chosen()]])
	return found


## Processes a message of the game; returns whether it was one for these pages.
func take(message: String, data: Array) -> bool:
	match message:
		"page":
			var tables: Dictionary[String, PageTable] = {"variables": variables, "objects": objects.table, "goals": goals}
			tables[data[0]].update_rows(data[1], data[2])
		"object":
			objects.show_details(data[0], data[1])
		"log":
			log_panel.add_rows(data[0], data[1])
		"watched":
			watch.show_values(data[0])
		_:
			return false
	return true


## Shows only the rows in which the text occurs.
func filter(text: String) -> void:
	variables.filter(text)
	objects.table.filter(text)
	goals.filter(text)
	log_panel.filter(text)


func clear() -> void:
	variables.clear_rows()
	objects.clear()
	goals.clear_rows()
	log_panel.clear_rows()


## Sets whether a game is connected.
func enable(on: bool) -> void:
	variables.enable(on)
