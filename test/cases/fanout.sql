INSERT INTO crm.contacts
SELECT contact_id, CASE account_id WHEN 'A0002' THEN 'A0003' ELSE 'A0002' END
FROM crm.contacts WHERE contact_id BETWEEN 'C0001' AND 'C0040';
