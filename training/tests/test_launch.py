"""The launch files are what accelerate reads, and the shell ones what a shell reads."""

import subprocess
from pathlib import Path

import pytest
import yaml

LAUNCH = Path(__file__).parents[1] / "launch"


@pytest.mark.parametrize("path", sorted(LAUNCH.glob("*.yaml")), ids=lambda path: path.stem)
def test_accelerate_reads_a_launch_file_and_loses_no_key_of_it(path: Path) -> None:
    from accelerate.commands.config.config_args import ClusterConfig, load_config_from_file

    read = load_config_from_file(str(path))
    assert isinstance(read, ClusterConfig)
    for name, value in yaml.safe_load(path.read_text()).items():
        held = getattr(read, name)
        assert str(getattr(held, "value", held)) == str(value)


@pytest.mark.parametrize("name", ["eight-gpus", "two-nodes"])
def test_the_sharding_is_fsdp2(name: str) -> None:
    told = yaml.safe_load((LAUNCH / f"{name}.yaml").read_text())["fsdp_config"]
    from accelerate.utils import FullyShardedDataParallelPlugin

    plugin = FullyShardedDataParallelPlugin(
        fsdp_version=told["fsdp_version"],
        reshard_after_forward=told["fsdp_reshard_after_forward"],
        auto_wrap_policy=told["fsdp_auto_wrap_policy"].lower(),
        state_dict_type=told["fsdp_state_dict_type"],
        cpu_ram_efficient_loading=told["fsdp_cpu_ram_efficient_loading"],
        cpu_offload=told["fsdp_offload_params"],
    )
    assert plugin.fsdp_version == 2


@pytest.mark.parametrize("path", sorted(LAUNCH.glob("*.sh")), ids=lambda path: path.stem)
def test_a_shell_reads_a_recipe(path: Path) -> None:
    assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0
