"""Makes the files of a release: wheels, the source distribution, the add-on's zips. Started by tools/package."""
