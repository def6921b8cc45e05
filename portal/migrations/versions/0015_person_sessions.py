"""Where people are signed in: a row for each browser. Who was signed in before signs in again.

Revision: 0015
Revises: 0014
"""

from secrets import token_urlsafe

from alembic import op
import sqlalchemy as sa

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('person_sessions',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('key_hash', sa.String(length=64), nullable=False),
        sa.Column('how', sa.String(length=64), nullable=False),
        sa.Column('agent', sa.String(length=80), nullable=False),
        sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('good_until', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_person_sessions_person_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_person_sessions')),
        sa.UniqueConstraint('key_hash', name=op.f('uq_person_sessions_key_hash'))
    )
    with op.batch_alter_table('person_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_sessions_person_id'), ['person_id'], unique=False)
    op.create_table('recovery_codes',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('code_hash', sa.String(length=64), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_recovery_codes_person_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_codes'))
    )
    with op.batch_alter_table('recovery_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recovery_codes_person_id'), ['person_id'], unique=False)
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.drop_constraint('uq_people_sign_in_key', type_='unique')
        batch_op.drop_column('sign_in_key')


def downgrade() -> None:
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sign_in_key', sa.String(length=64), nullable=True))
    people = sa.table('people', sa.column('id', sa.Integer), sa.column('sign_in_key', sa.String))
    connection = op.get_bind()
    for (person_id,) in connection.execute(sa.select(people.c.id)).all():
        connection.execute(people.update().where(people.c.id == person_id).values(sign_in_key=token_urlsafe(24)))
    with op.batch_alter_table('people', schema=None) as batch_op:
        batch_op.alter_column('sign_in_key', existing_type=sa.String(length=64), nullable=False)
        batch_op.create_unique_constraint('uq_people_sign_in_key', ['sign_in_key'])
    with op.batch_alter_table('person_sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_sessions_person_id'))
    op.drop_table('person_sessions')
    with op.batch_alter_table('recovery_codes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recovery_codes_person_id'))
    op.drop_table('recovery_codes')
