"""Integration confirmation: runs, and what is sighted in them

Revision: 0008
Revises: 0007
"""

from alembic import op
import sqlalchemy as sa

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('confirmation_runs',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('product_code', sa.String(length=255), nullable=False),
        sa.Column('way', sa.String(length=16), nullable=False),
        sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('started_by', sa.String(length=64), nullable=False),
        sa.Column('aws_account_ids', sa.JSON(), nullable=False),
        sa.Column('contract_ids', sa.JSON(), nullable=False),
        sa.Column('version', sa.String(length=64), nullable=False),
        sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('outcome', sa.String(length=16), nullable=True),
        sa.Column('report', sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_confirmation_runs'))
    )
    with op.batch_alter_table('confirmation_runs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_confirmation_runs_started_at'), ['started_at'], unique=False)

    op.create_table('confirmation_sightings',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('run_id', sa.Uuid(), nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('key', sa.String(length=120), nullable=False),
        sa.Column('claim_id', sa.Uuid(), nullable=True),
        sa.Column('contract_id', sa.Uuid(), nullable=True),
        sa.Column('person_id', sa.Integer(), nullable=True),
        sa.Column('detail', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_confirmation_sightings_claim_id')),
        sa.ForeignKeyConstraint(['contract_id'], ['contracts.id'], name=op.f('fk_confirmation_sightings_contract_id')),
        sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_confirmation_sightings_person_id')),
        sa.ForeignKeyConstraint(['run_id'], ['confirmation_runs.id'], name=op.f('fk_confirmation_sightings_run_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_confirmation_sightings')),
        sa.UniqueConstraint('run_id', 'kind', 'key', name=op.f('uq_confirmation_sightings_run_id_kind_key'))
    )


def downgrade() -> None:
    op.drop_table('confirmation_sightings')
    with op.batch_alter_table('confirmation_runs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_confirmation_runs_started_at'))

    op.drop_table('confirmation_runs')
