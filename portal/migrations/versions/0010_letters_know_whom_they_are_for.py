"""Letters know their kind and language, whom they are for, and what must not be told twice.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    with op.batch_alter_table("letters") as letters:
        letters.add_column(sa.Column("kind", sa.String(length=40), nullable=True))
        letters.add_column(sa.Column("language", sa.String(length=8), nullable=True))
        letters.add_column(sa.Column("person_id", sa.Integer(), nullable=True))
        letters.add_column(sa.Column("organisation_id", sa.Integer(), nullable=True))
        letters.add_column(sa.Column("contract_id", sa.Uuid(), nullable=True))
        letters.add_column(sa.Column("key", sa.String(length=190), nullable=True))
        letters.create_unique_constraint(op.f("uq_letters_key"), ["key"])


def downgrade() -> None:
    """Take them away again."""
    with op.batch_alter_table("letters") as letters:
        letters.drop_constraint(op.f("uq_letters_key"), type_="unique")
        for column in ("key", "contract_id", "organisation_id", "person_id", "language", "kind"):
            letters.drop_column(column)
