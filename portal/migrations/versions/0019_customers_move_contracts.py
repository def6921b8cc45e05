"""Customers move contracts: offers to other owners, and moves that either side may undo for a day

Revision: 0019
Revises: 0018
"""

from alembic import op
import sqlalchemy as sa

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('moves', schema=None) as batch_op:
        batch_op.add_column(sa.Column('undo_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(op.f('ix_moves_from_id'), ['from_id'])
        batch_op.create_index(op.f('ix_moves_to_id'), ['to_id'])
    op.create_table('move_offers',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('contract_id', sa.Uuid(), nullable=False),
        sa.Column('from_id', sa.Integer(), nullable=False),
        sa.Column('linked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('asked_by_id', sa.Integer(), nullable=False),
        sa.Column('sent_to', sa.String(length=320), nullable=False),
        sa.Column('sent_to_hash', sa.String(length=64), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('settled_by_id', sa.Integer(), nullable=True),
        sa.Column('move_id', sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(['asked_by_id'], ['people.id'], name=op.f('fk_move_offers_asked_by_id')),
        sa.ForeignKeyConstraint(['contract_id'], ['contracts.id'], name=op.f('fk_move_offers_contract_id')),
        sa.ForeignKeyConstraint(['from_id'], ['organisations.id'], name=op.f('fk_move_offers_from_id')),
        sa.ForeignKeyConstraint(['move_id'], ['moves.id'], name=op.f('fk_move_offers_move_id')),
        sa.ForeignKeyConstraint(['settled_by_id'], ['people.id'], name=op.f('fk_move_offers_settled_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_move_offers')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_move_offers_token_hash'))
    )
    for column in ('contract_id', 'from_id', 'asked_by_id', 'sent_to_hash', 'settled_by_id'):
        op.create_index(op.f(f'ix_move_offers_{column}'), 'move_offers', [column])
    is_open = sa.text("state = 'open'")
    op.create_index('uq_move_offers_open', 'move_offers', ['contract_id'], unique=True,
                    postgresql_where=is_open, sqlite_where=is_open)


def downgrade() -> None:
    op.drop_table('move_offers')
    with op.batch_alter_table('moves', schema=None) as batch_op:
        batch_op.drop_index(op.f('ix_moves_to_id'))
        batch_op.drop_index(op.f('ix_moves_from_id'))
        batch_op.drop_column('undo_until')
