"""Names of C++ and Rust are read; whatever else a name is, it stays as it is."""

from __future__ import annotations

import subprocess
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isolde.demangle import demangle, has_cxx_runtime, readable
from tests.toolchain import require_tool

CXX = {
    "_Z1fv": "f()",
    "_ZN3foo3barIiEEvT_": "void foo::bar<int>(int)",
    "_ZTVSt9exception": "vtable for std::exception",
    "_ZNSolsEi": "std::ostream::operator<<(int)",
    "_Z3addii.cold": "add(int, int) [clone .cold]",
    "_Z3addii.part.0.constprop.1": "add(int, int) [clone .part.0] [clone .constprop.1]",
    "_GLOBAL__I_a": "global constructors keyed to a",
}
RUST = {
    "_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE": "core::fmt::Write::write_fmt",
    "_ZN58_$LT$T$u20$as$u20$core..any..Any$GT$7type_id17h0123456789abcdefE.llvm.1234": None,
    "_ZN36_$LT$T$u20$as$u20$core..any..Any$GT$7type_id17h0123456789abcdefE.llvm.1234": (
        "<T as core::any::Any>::type_id"
    ),
    "_RNvC6crates4main": "crates::main",
    "_RNvNtCsbEht8wFNRx7_5alloc4sync4wait": "alloc::sync::wait",
    "_RNCNvC1a1f0": "a::f::{closure#0}",
    "_RNCNvC1a1fs_0": "a::f::{closure#1}",
    "_RNSNvC1a1f6vtable": "a::f::{shim:vtable#0}",
    "_RINvC1a1fTmhEAaj3_E": "a::f::<(u32, u8), [i8; 3]>",
    "_RINvC1a1fTmEE": "a::f::<(u32,)>",
    "_RINvC1a1fRQmE": "a::f::<&&mut u32>",
    "_RINvC1a1fFUKCmEuE": 'a::f::<unsafe extern "C" fn(u32)>',
    "_RINvC1a1fFG_RL0_mEB5_E": None,
    "_RINvC1a1fFG_RL0_mEuE": "a::f::<for<'a> fn(&'a u32)>",
    "_RINvC1a1fDNtC1b5Traitp4ItemmEL_E": "a::f::<dyn b::Trait<Item = u32>>",
    "_RINvC1a1fKb1_Kc61_Kln5_E": "a::f::<true, 'a', -5>",
    "_RNvXC1aNtC1a1SNtC1b1T1f": "<a::S as b::T>::f",
    "_RNvMC1aNtC1a1S1f": "<a::S>::f",
    "_RNvC1au3tda": "a::ü",
    "_RNvC1a1f.llvm.99": "a::f",
}
OTHERS = ["", "printf", "_", "_Z", "_R", "_RNvC", "_ZN", "..", "$", "@", "_Zf\0oo", "_RNvC9a1f"]

needs_cxx = pytest.mark.skipif(not has_cxx_runtime(), reason="this machine has no C++ runtime")


@needs_cxx
@pytest.mark.parametrize("name", CXX)
def test_cxx_names_are_read(name: str) -> None:
    assert demangle(name) == CXX[name]


@pytest.mark.parametrize("name", [name for name, text in RUST.items() if text])
def test_rust_names_are_read(name: str) -> None:
    assert demangle(name) == RUST[name]


@pytest.mark.parametrize("name", [*OTHERS, *(name for name, text in RUST.items() if not text)])
def test_what_is_no_mangled_name_stays(name: str) -> None:
    assert demangle(name) is None
    assert readable([name]) == [name]


@needs_cxx
def test_what_stands_around_a_name_is_kept() -> None:
    assert demangle("_Z1fv@@VERSION_1") == "f()@@VERSION_1"
    assert demangle("_RNvC1a1f@plt") == "a::f@plt"
    assert demangle("._Z1fv") == ".f()"


@needs_cxx
def test_thousands_of_names_keep_their_order() -> None:
    names = [f"_Z{len(str(number)) + 1}f{number}v" for number in range(10_000)] + ["main"]
    assert readable(names) == [*(f"f{number}()" for number in range(10_000)), "main"]


# libstdc++ of gcc 12 needs minutes for it; c++filt refuses it at once.
_HOSTILE = (
    "_ZN1acvT_DtilsrUT0_ilLUt_SsGVOfL0p_uS0_WPE_Dpcv1aIT_ES2_sZcvSsC1LWS3_d0SaTVS_RclStaSXSaixDpT0_"
    "tlX0A_1aquUdl5S0__ZonGVNEPcvT_vS1_"
)


def _doubling(levels: int) -> str:
    """A function of P<A, A>, P<P<A, A>, P<A, A>>, ...: 2 ** LEVELS letters, and more."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    inner = "".join(f"S_IS{digit}_S{digit}_E" for digit in digits[1 : levels + 1])
    return f"_Z1f1PI1AS0_E{inner}"


@needs_cxx
def test_a_name_that_never_ends_stays_and_the_others_are_read() -> None:
    began = time.monotonic()
    assert readable(["_Z1fv", _HOSTILE, "_Z1gv"]) == ["f()", _HOSTILE, "g()"]
    assert time.monotonic() - began < 20


@needs_cxx
def test_a_name_that_stands_for_gigabytes_stays() -> None:
    assert len(demangle(_doubling(10)) or "") > 1 << 10
    assert readable(["_Z1fv", _doubling(34), "_Z1gv"]) == ["f()", _doubling(34), "g()"]


def test_back_references_to_back_references_end() -> None:
    name = "_RINvC1a1f" + "TBa_Ba_" * 500 + "E"
    assert demangle(name) is None


def test_a_deep_name_stays() -> None:
    assert demangle("_RINvC1a1f" + "R" * 100_000 + "mE") is None


@settings(max_examples=500, deadline=2000)
@given(st.text(alphabet="_RNvCIXYMKTFDSABEGLpnhjmu0123456789abcsx", max_size=80))
def test_any_letters_are_read_as_rust_or_left(letters: str) -> None:
    text = demangle("_R" + letters)
    assert text is None or isinstance(text, str)


@settings(max_examples=200, deadline=2000)
@given(st.text(max_size=40))
def test_any_text_is_read_or_left(text: str) -> None:
    assert (
        len(readable([text, "_ZN" + text, "_R" + text, "_ZN" + text + "17h0123456789abcdefE"])) == 4
    )


@needs_cxx
def test_the_text_is_that_of_binutils() -> None:
    names = [*CXX, *(name for name, text in RUST.items() if text)]
    done = subprocess.run(
        [require_tool("c++filt"), "-i"],
        input="".join(f"{name}\n" for name in names),
        capture_output=True,
        text=True,
        check=True,
    )
    assert readable(names) == done.stdout.splitlines()
