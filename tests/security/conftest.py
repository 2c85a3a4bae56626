"""The workbench of tests/pages, attacked."""

from tests.pages.conftest import bench, context, module_bench, module_now, now

__all__ = ["bench", "context", "module_bench", "module_now", "now"]
