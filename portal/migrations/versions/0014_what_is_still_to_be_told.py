"""What of a contract's history is still to be told by mail, and which ends were told of

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

TO_TELL = sa.text('to_tell IS NOT NULL')


def upgrade() -> None:
    """Nothing of before is to be told."""
    op.add_column('contract_changes', sa.Column('to_tell', sa.Boolean(), nullable=True))
    op.create_index(
        'ix_contract_changes_to_tell', 'contract_changes', ['contract_id'], postgresql_where=TO_TELL, sqlite_where=TO_TELL
    )
    op.create_table(
        'contract_reminders',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('contract_id', sa.Uuid(), nullable=False),
        sa.Column('days', sa.Integer(), nullable=False),
        sa.Column('until_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['contract_id'], ['contracts.id'], name=op.f('fk_contract_reminders_contract_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_contract_reminders')),
    )
    op.create_index(op.f('ix_contract_reminders_contract_id'), 'contract_reminders', ['contract_id'])


def downgrade() -> None:
    """Forget it."""
    op.drop_table('contract_reminders')
    op.drop_index('ix_contract_changes_to_tell', table_name='contract_changes')
    op.drop_column('contract_changes', 'to_tell')
