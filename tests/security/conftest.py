"""The workbench of tests/pages, attacked."""

from tests.pages.conftest import bench, chromium_browser, context, module_bench, now

__all__ = ["bench", "chromium_browser", "context", "module_bench", "now"]
