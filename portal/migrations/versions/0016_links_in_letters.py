"""Links in letters to people: for a new password, and to verify an address

Revision: 0016
Revises: 0015
"""

from alembic import op
import sqlalchemy as sa

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('mail_links',
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('purpose', sa.String(length=16), nullable=False),
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('email_key', sa.String(length=320), nullable=False),
        sa.Column('about', sa.String(length=64), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_mail_links_person_id')),
        sa.PrimaryKeyConstraint('person_id', 'purpose', name=op.f('pk_mail_links')),
        sa.UniqueConstraint('token_hash', name=op.f('uq_mail_links_token_hash'))
    )


def downgrade() -> None:
    op.drop_table('mail_links')
