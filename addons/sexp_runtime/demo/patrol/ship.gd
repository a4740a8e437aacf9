## A ship: flies and shoots at the nearest enemy. Its SexpObject reports to the mission.
extends Node3D

const GATE := 150.0

@export var hostile := false
@export var speed := 9.0
## Damage a second; a ship without guns flies to the gate.
@export var damage := 0.0
@export var reach := 30.0

@onready var object: SexpObject = $SexpObject


func _ready() -> void:
	add_to_group(&"ships")
	var paint := StandardMaterial3D.new()
	paint.albedo_color = Color.INDIAN_RED if hostile else Color.SKY_BLUE
	($Body as MeshInstance3D).material_override = paint
	name = object.object_name.replace(" ", "")
	object.left.connect(func(_how: String) -> void: queue_free())


func _process(delta: float) -> void:
	var enemy := _nearest_enemy()
	if damage > 0.0 and enemy != null:
		if position.distance_to(enemy.position) > reach * 0.7:
			_fly_to(enemy.position, delta)
		if position.distance_to(enemy.position) < reach:
			enemy.call(&"hit", damage * delta, object.object_name)
	elif not hostile:
		_fly_to(Vector3(GATE + 10.0, 0.0, position.z), delta)
		if position.x > GATE and damage <= 0.0:
			object.depart()
			queue_free()


## Takes damage from the ship of that name.
func hit(amount: float, by: String) -> void:
	if object.hull > 0.0:
		object.hull = maxf(0.0, object.hull - amount)
		if object.hull <= 0.0:
			object.destroy(by)
			queue_free()


func _fly_to(place: Vector3, delta: float) -> void:
	if position.distance_to(place) > 1.0:
		look_at(place)
	position = position.move_toward(place, speed * delta)


func _nearest_enemy() -> Node3D:
	var found: Node3D = null
	for other: Node3D in get_tree().get_nodes_in_group(&"ships"):
		if other.get(&"hostile") != hostile and not other.is_queued_for_deletion():
			if found == null or position.distance_to(other.position) < position.distance_to(found.position):
				found = other
	return found
