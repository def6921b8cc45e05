"""A legacy product moves to concurrent agreements: what was sold stays sold, and is spoken of in the other dialect."""

from .catalogue import Catalogue, Product
from .errors import Refused
from .storage import Storage


class Migration:
    """Which products have moved; kept in the state file, as the catalogue file goes on saying what they were."""

    def __init__(self, catalogue: Catalogue, storage: Storage) -> None:
        self._catalogue = catalogue
        self._storage = storage
        for row in storage.rows("SELECT product_code FROM migrated_products"):
            catalogue.make_concurrent(row["product_code"])

    def migrate(self, code: str) -> Product:
        """From now on EventBridge instead of SNS, and no customer identifiers. There is no way back, as in AWS."""
        product = self._catalogue.product(code)
        if not product.is_legacy:
            raise Refused(f"{product.title} has concurrent agreements already.")
        with self._storage.transaction() as database:
            database.execute("INSERT OR IGNORE INTO migrated_products VALUES (?)", (code,))
        self._catalogue.make_concurrent(code)
        return self._catalogue.product(code)
