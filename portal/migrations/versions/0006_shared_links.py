"""Links by which a contract is shown to whoever has one

Revision: 0006
Revises: 0005
"""

from alembic import op
import sqlalchemy as sa

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('shared_links',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('contract_id', sa.Uuid(), nullable=False),
        sa.Column('organisation_id', sa.Integer(), nullable=True),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('part', sa.String(length=16), nullable=False),
        sa.Column('names_shown', sa.Boolean(), nullable=False),
        sa.Column('reason', sa.String(length=500), nullable=False),
        sa.Column('made_by_id', sa.Integer(), nullable=False),
        sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('revoked_by_id', sa.Integer(), nullable=True),
        sa.Column('views', sa.Integer(), nullable=False),
        sa.Column('last_viewed_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['contract_id'], ['contracts.id'], name=op.f('fk_shared_links_contract_id')),
        sa.ForeignKeyConstraint(['made_by_id'], ['people.id'], name=op.f('fk_shared_links_made_by_id')),
        sa.ForeignKeyConstraint(['organisation_id'], ['organisations.id'], name=op.f('fk_shared_links_organisation_id')),
        sa.ForeignKeyConstraint(['revoked_by_id'], ['people.id'], name=op.f('fk_shared_links_revoked_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_shared_links')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_shared_links_token_hash'))
    )
    op.create_index(op.f('ix_shared_links_contract_id'), 'shared_links', ['contract_id'])


def downgrade() -> None:
    op.drop_index(op.f('ix_shared_links_contract_id'), table_name='shared_links')
    op.drop_table('shared_links')
