from pathlib import Path

from apps.monitor.selectors.limits import Limits, limits_of


def _write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root.joinpath(*name.split("__"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_name(path.name.replace("-", ".")).write_text(text)


def test_a_container_of_the_second_version_has_its_own_limits(tmp_path: Path) -> None:
    _write(
        tmp_path,
        **{
            "cgroup-controllers": "cpu memory\n",
            "memory-max": "536870912\n",
            "memory-current": "300000000\n",
            "memory-stat": "anon 1\ninactive_file 100000000\nodd line here\n",
            "cpu-max": "150000 100000\n",
            "cpu-stat": "usage_usec 2500000\nuser_usec 1\n",
        },
    )
    assert limits_of(tmp_path) == Limits(536_870_912, 200_000_000, 1.5, 2.5)


def test_max_means_no_limit(tmp_path: Path) -> None:
    _write(
        tmp_path,
        **{"cgroup-controllers": "", "memory-max": "max\n", "cpu-max": "max 100000\n"},
    )
    assert limits_of(tmp_path) == Limits()


def test_a_container_of_the_first_version_has_its_own_limits(tmp_path: Path) -> None:
    _write(
        tmp_path,
        **{
            "memory__memory-limit_in_bytes": "268435456",
            "memory__memory-usage_in_bytes": "1000",
            "memory__memory-stat": "total_inactive_file 4000",
            "cpu__cpu-cfs_quota_us": "50000",
            "cpu__cpu-cfs_period_us": "100000",
            "cpuacct__cpuacct-usage": "3000000000",
        },
    )
    assert limits_of(tmp_path) == Limits(268_435_456, 0, 0.5, 3.0)


def test_a_huge_number_or_minus_one_means_no_limit(tmp_path: Path) -> None:
    _write(
        tmp_path,
        **{
            "memory__memory-limit_in_bytes": "9223372036854771712",
            "cpu__cpu-cfs_quota_us": "-1",
            "cpu__cpu-cfs_period_us": "100000",
        },
    )
    assert limits_of(tmp_path) == Limits()


def test_a_machine_without_control_groups_has_none(tmp_path: Path) -> None:
    assert limits_of(tmp_path) == Limits()
