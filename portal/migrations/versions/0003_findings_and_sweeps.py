"""Findings and sweeps

Revision: 0003
Revises: 0002
"""

from alembic import op
import sqlalchemy as sa

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('findings',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=32), nullable=False),
        sa.Column('product_code', sa.String(length=255), nullable=False),
        sa.Column('name', sa.String(length=600), nullable=False),
        sa.Column('aws_account_id', sa.String(length=255), nullable=True),
        sa.Column('contract_id', sa.Uuid(), nullable=True),
        sa.Column('detail', sa.String(length=255), nullable=True),
        sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['contract_id'], ['contracts.id'], name=op.f('fk_findings_contract_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_findings'))
    )
    with op.batch_alter_table('findings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_findings_contract_id'), ['contract_id'], unique=False)
        batch_op.create_index('uq_findings_open', ['kind', 'product_code', 'name'], unique=True, postgresql_where=sa.text('resolved_at IS NULL'), sqlite_where=sa.text('resolved_at IS NULL'))

    op.create_table('sweeps',
        sa.Column('product_code', sa.String(length=255), nullable=False),
        sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('holder', sa.String(length=32), nullable=True),
        sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('stage', sa.String(length=16), nullable=True),
        sa.Column('cursor', sa.Text(), nullable=True),
        sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('pages', sa.Integer(), nullable=False),
        sa.Column('rows', sa.Integer(), nullable=False),
        sa.Column('written', sa.Integer(), nullable=False),
        sa.Column('to_check', sa.Integer(), nullable=False),
        sa.Column('agreements', sa.String(length=16), nullable=True),
        sa.Column('problem', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('product_code', name=op.f('pk_sweeps'))
    )

    with op.batch_alter_table('contract_names', schema=None) as batch_op:
        batch_op.add_column(sa.Column('agreement_status', sa.String(length=32), nullable=True))

    with op.batch_alter_table('contracts', schema=None) as batch_op:
        batch_op.create_index('ix_contracts_product_confirmed', ['product_code', 'state', 'confirmed_at', 'id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('contracts', schema=None) as batch_op:
        batch_op.drop_index('ix_contracts_product_confirmed')

    with op.batch_alter_table('contract_names', schema=None) as batch_op:
        batch_op.drop_column('agreement_status')

    op.drop_table('sweeps')
    with op.batch_alter_table('findings', schema=None) as batch_op:
        batch_op.drop_index('uq_findings_open', postgresql_where=sa.text('resolved_at IS NULL'), sqlite_where=sa.text('resolved_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_findings_contract_id'))

    op.drop_table('findings')
