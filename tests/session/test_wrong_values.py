"""Values that are none: a session refuses them with a sentence and goes on."""

from __future__ import annotations

from typing import Any

import pytest

from sexp_runtime.session import MissionSession
from support.small_missions import mission

TEXT = mission([("( when ( > @n[0] 3 ) ( do-nothing ) )", "Start")], variables=['0 "n" "0" "number"'])


@pytest.mark.parametrize("seconds", [-1.0, float("inf"), float("-inf"), float("nan"), 1e300, 1e7])
def test_a_frame_of_no_length(seconds: float) -> None:
    with MissionSession.load(TEXT) as session:
        with pytest.raises(ValueError, match=f"seconds, not {seconds:g}$".replace("+", r"\+")):
            session.step(seconds)
        session.step(0.1)
        assert session.mission_time == pytest.approx(0.1)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None, [], {}, b"x"])
def test_a_variable_of_no_value(value: Any) -> None:
    with MissionSession.load(TEXT) as session:
        with pytest.raises(ValueError, match="a variable holds a number or a text, not"):
            session.set_variable("n", value)
        assert session.get_variable("n") == 0
        session.step(0.1)
