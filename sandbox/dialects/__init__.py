"""How a change is told to the seller. Both dialects have the same verbs: agreed, began, failed, amended, ended."""

from sandbox.catalogue import Product
from sandbox.dialects.concurrent import Concurrent
from sandbox.dialects.legacy import Legacy
from sandbox.dialects.notice import Dialect, Notice, Sale

__all__ = ["Dialect", "Notice", "Sale", "dialect_of"]


def dialect_of(product: Product) -> Dialect:
    return Legacy() if product.is_legacy else Concurrent()
