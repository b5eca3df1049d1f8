"""The command ``hotline``: runs a command and turns whatever happens into an exit code and Chinese sentences.

The only place where an error meets the user; nobody ever sees a traceback. Loads nothing heavy.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import typer
from typer.main import get_command

from cli.commands import app
from cli.help import usage_error
from cli.options import CommandError
from cli.output import complain, use_utf8
from engine.problems import ProblemsError, clip

DONE, FOUND, WRONG, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Runs ``hotline`` with ``argv`` (the process's own when None) and returns its exit code."""
    use_utf8()
    try:
        code = _run(sys.argv[1:] if argv is None else list(argv))
        sys.stdout.flush()
    except BrokenPipeError:
        return _reader_left()
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:
        complain("已中断")
    return code


def _run(arguments: list[str]) -> int:
    try:
        code = get_command(app).main(args=arguments, prog_name="hotline", standalone_mode=False)
        return code if isinstance(code, int) else DONE
    except (BrokenPipeError, KeyboardInterrupt, typer.Abort):
        raise
    except SystemExit:  # typer's way of saying that the reader of a pipe has left
        raise BrokenPipeError from None
    except typer.TyperException as error:
        complain(usage_error(error))
    except CommandError as error:
        complain(str(error))
    except ProblemsError as error:
        complain(*map(str, error.problems))
    except OSError as error:
        complain(_file_trouble(error))
    except MemoryError:
        complain("内存不够。请在内存更大的机器上运行，或把数据分周期存放")
    except Exception as error:
        complain(_refusal(error) or _internal(error))
    return WRONG


def _reader_left() -> int:
    """``hotline … | head`` is no error; what Python would still flush goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return DONE


def _file_trouble(error: OSError) -> str:
    reasons: dict[type[OSError], str] = {
        FileNotFoundError: "没有这个文件或文件夹",
        PermissionError: "没有权限",
        IsADirectoryError: "这是一个文件夹，不是文件",
        NotADirectoryError: "这不是一个文件夹",
        FileExistsError: "已经存在",
    }
    codes = {errno.ENOSPC: "磁盘满了", errno.EROFS: "这个位置是只读的", errno.ENAMETOOLONG: "名称太长"}
    reason = reasons.get(type(error)) or codes.get(error.errno or 0) or error.strerror or type(error).__name__
    return f"{error.filename}：{reason}" if error.filename else f"读写失败：{reason}"


def _refusal(error: Exception) -> str:
    """What the rule engine refused or disowned, or nothing; its errors are imported only once something went wrong."""
    from engine.decisions.compile import CompileError
    from engine.one_order import DisagreementError

    if isinstance(error, DisagreementError):
        differing = clip(str(error), 200)
        return f"规则引擎重新认定的结果与查表不一致，结果不可信：{differing}。请用 --no-cache 再试，并报告给维护者"
    if type(error).__name__ == "OutOfMemoryException":  # DuckDB's
        return "内存不够，暂存到磁盘也算不了。加大 --memory，或在内存更大的机器上运行"
    return str(error) if isinstance(error, CompileError) else ""


def _internal(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
    own = next(
        (frame for frame in reversed(frames) if {"engine", "workspace", "cli"} & set(Path(frame.filename).parts)), None
    )
    if own is not None:
        where = f"{Path(own.filename).name}:{own.lineno}" + ("" if own is frames[-1] else f"（{where}）")
    return (
        f"程序内部出错，结果没有算出：{type(error).__name__}，{where}：{clip(str(error), 200)}\n"
        "这是程序的缺陷，不是您的错。请把这一行、所用命令和程序版本（hotline --version）一起报告给维护者"
    )


if __name__ == "__main__":
    sys.exit(main())
