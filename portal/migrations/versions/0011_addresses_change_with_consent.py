"""Changes of address that wait for both addresses to agree

Revision: 0011
Revises: 0010
"""

from alembic import op
import sqlalchemy as sa

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'address_changes',
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('new_email', sa.String(length=320), nullable=False),
        sa.Column('new_email_key', sa.String(length=320), nullable=False),
        sa.Column('new_hash', sa.String(length=64), nullable=True),
        sa.Column('old_hash', sa.String(length=64), nullable=True),
        sa.Column('new_confirmed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('old_confirmed_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_address_changes_person_id')),
        sa.PrimaryKeyConstraint('person_id', name=op.f('pk_address_changes')),
        sa.UniqueConstraint('new_hash', name=op.f('uq_address_changes_new_hash')),
        sa.UniqueConstraint('old_hash', name=op.f('uq_address_changes_old_hash')),
    )


def downgrade() -> None:
    op.drop_table('address_changes')
