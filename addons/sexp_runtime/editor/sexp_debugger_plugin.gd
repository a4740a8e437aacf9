## Puts a tab "SEXP" into each session of the editor's debugger, and carries messages between the tabs and the games.
##
## A game sends only that it plays a mission until its tab requests more, and the tab requests it only while it is visible.
@tool
extends EditorDebuggerPlugin

## Emitted when the user wants to see a line of a mission's file.
signal line_wanted(path: String, line: int)
## A game has begun to play its first mission.
signal mission_started(tab: SexpTab)

const SexpTab := preload("res://addons/sexp_runtime/editor/sexp_tab.gd")
const PREFIX := "sexp"

var _tabs: Dictionary[int, SexpTab] = {}


func _has_capture(capture: String) -> bool:
	return capture == PREFIX


func _capture(message: String, data: Array, session_id: int) -> bool:
	var tab: SexpTab = _tabs.get(session_id)
	if tab == null:
		return false
	var name := message.trim_prefix(PREFIX + ":")
	if name == "ready":
		tab.listening = false # a game that has just started sends to no tab yet
		tab.reveal()
		_listen_while_seen(session_id)
		return true
	if name == "playing":
		mission_started.emit(tab)
		return true
	return tab.take(name, data)


func _setup_session(session_id: int) -> void:
	var tab := SexpTab.new()
	tab.name = "SEXP"
	_tabs[session_id] = tab
	var session := get_session(session_id)
	tab.wanted.connect(_send.bind(session_id))
	tab.line_wanted.connect(func(path: String, line: int) -> void: line_wanted.emit(path, line))
	tab.visibility_changed.connect(_listen_while_seen.bind(session_id))
	tab.live_changed.connect(_listen_while_seen.bind(session_id))
	session.started.connect(_on_started.bind(session_id))
	session.stopped.connect(_on_stopped.bind(session_id))
	session.add_session_tab(tab)
	if session.is_active():
		_listen_while_seen(session_id)


## The tab of a session, null if there is none.
func tab_of(session_id: int) -> SexpTab:
	return _tabs.get(session_id)


## A mission was saved in the editor: the tabs of running games offer to reload it.
func offer_reload(path: String) -> void:
	for tab: SexpTab in _tabs.values():
		tab.offer_reload(path)


## Removes all tabs from the debugger and frees them.
func close() -> void:
	for session_id: int in _tabs:
		var tab := _tabs[session_id]
		tab.visibility_changed.disconnect(_listen_while_seen)
		tab.live_changed.disconnect(_listen_while_seen)
		var session := get_session(session_id)
		if session != null:
			if session.is_active() and tab.listening:
				session.send_message(PREFIX + ":stop_session", [])
			session.started.disconnect(_on_started)
			session.stopped.disconnect(_on_stopped)
			session.remove_session_tab(tab)
		tab.queue_free()
	_tabs.clear()


func _on_started(session_id: int) -> void:
	_tabs[session_id].listening = false
	_tabs[session_id].begin()
	_listen_while_seen(session_id)


func _on_stopped(session_id: int) -> void:
	_tabs[session_id].listening = false
	_tabs[session_id].end()


func _listen_while_seen(session_id: int) -> void:
	var tab := _tabs[session_id]
	var session := get_session(session_id)
	if session == null or not session.is_active():
		return
	var seen := tab.is_live()
	if seen != tab.listening:
		tab.listening = seen
		session.send_message(PREFIX + (":start_session" if seen else ":stop_session"), [])


func _send(message: String, data: Array, session_id: int) -> void:
	var session := get_session(session_id)
	if session != null and session.is_active():
		session.send_message(PREFIX + ":" + message, data)
