## The demo's ship classes: how fast, how strong, how armed, and the outline to draw.
extends RefCounted

## speed in metres a second, turn in radians a second, hull and shields in points; a weapon has damage, range in metres,
## reload in seconds and aim (share of shots that hit). The outline points along +x, in metres.
const TABLE := {
	"Hauler": {
		"speed": 54.0, "turn": 0.6, "hull": 260.0, "shields": 40.0, "damage": 0.0, "range": 0.0, "reload": 1.0, "aim": 0.0,
		"outline": [[70, 0], [50, 22], [-60, 26], [-70, 12], [-70, -12], [-60, -26], [50, -22]],
	},
	"Interceptor": {
		"speed": 195.0, "turn": 2.6, "hull": 95.0, "shields": 50.0, "damage": 5.4, "range": 440.0, "reload": 0.26, "aim": 0.6,
		"outline": [[46, 0], [-24, 30], [-12, 0], [-24, -30]],
	},
	"Raider": {
		"speed": 170.0, "turn": 2.2, "hull": 62.0, "shields": 20.0, "damage": 4.0, "range": 380.0, "reload": 0.4, "aim": 0.5,
		"outline": [[44, 0], [4, 14], [-30, 34], [-18, 0], [-30, -34], [4, -14]],
	},
	"Corvette": {
		"speed": 130.0, "turn": 0.8, "hull": 700.0, "shields": 200.0, "damage": 9.0, "range": 650.0, "reload": 0.7, "aim": 0.5,
		"outline": [[110, 0], [60, 26], [-70, 34], [-90, 16], [-90, -16], [-70, -34], [60, -26]],
	},
	"Gunship": {
		"speed": 85.0, "turn": 0.8, "hull": 420.0, "shields": 100.0, "damage": 15.0, "range": 620.0, "reload": 0.6, "aim": 0.5,
		"outline": [[90, 0], [96, 20], [20, 44], [-80, 30], [-60, 0], [-80, -30], [20, -44], [96, -20]],
	},
	"Buoy": {
		"speed": 0.0, "turn": 0.0, "hull": 60.0, "shields": 0.0, "damage": 0.0, "range": 0.0, "reload": 1.0, "aim": 0.0,
		"outline": [[20, 0], [0, 20], [-20, 0], [0, -20]],
	},
}
## Ships are drawn larger than they are, to be visible from this distance.
const DRAWN_LARGER := 1.45
const TEAM_COLOURS := {
	"friendly": Color(0.45, 0.85, 1.0),
	"hostile": Color(1.0, 0.42, 0.36),
	"neutral": Color(0.95, 0.9, 0.55),
}


## The row of a class; unknown classes fly like interceptors.
static func of(class_title: String) -> Dictionary:
	return TABLE.get(class_title, TABLE["Interceptor"])


## The colour of a team.
static func colour(team: String) -> Color:
	return TEAM_COLOURS.get(team.to_lower(), Color(0.8, 0.7, 1.0))


## The outline as points.
static func outline(class_title: String) -> PackedVector2Array:
	var points := PackedVector2Array()
	for point: Array in of(class_title)["outline"]:
		points.append(DRAWN_LARGER * Vector2(point[0], point[1]))
	return points
