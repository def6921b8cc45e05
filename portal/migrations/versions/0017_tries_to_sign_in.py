"""Wrong passwords are counted by whom and where from

Revision: 0017
Revises: 0016
"""

from alembic import op
import sqlalchemy as sa

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sign_in_tries',
        sa.Column('key', sa.String(length=64), nullable=False),
        sa.Column('tries', sa.Integer(), nullable=False),
        sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('held_until', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('key', name=op.f('pk_sign_in_tries'))
    )
    with op.batch_alter_table('sign_in_tries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_tries_last_at'), ['last_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('sign_in_tries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_tries_last_at'))
    op.drop_table('sign_in_tries')
