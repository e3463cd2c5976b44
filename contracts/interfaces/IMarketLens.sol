// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IMarketState, IStorageMarket} from "./IStorageMarket.sol";

/// @title IMarketLens
/// @notice Reads of any market that gather or page. Stateless, for everybody, never part of a market's trust.
/// @dev Pages run from the newest entry to the oldest. A cursor is the number of entries that are still to come: 0 asks for the
/// first page, and `next` is 0 after the last one. What is appended between two pages moves nothing. The market of a call
/// is trusted by its caller alone; `MarketFactory.isMarket` tells which ones are real.
interface IMarketLens {
    /* TYPES */

    /// @notice A provider's record as it stands now.
    /// @param id Id of the provider.
    /// @param record As stored, but `touchedAt` is the current period: `frozen` is what it draws from, `budgetLeft` what the
    /// operator may still lock in it.
    struct ProviderEntry {
        uint32 id;
        IMarketState.Provider record;
    }

    /// @notice An object in an owner's list.
    /// @param firstDeal The deal that its manifest counts from.
    /// @param blockNumber Low 32 bits of the number of the block with its `Stored` event.
    /// @param manifestTag Low 78 bits of the hash of the manifest that came with `open`; 0 when there was none.
    /// @param publishedHash Hash of the newest manifest that the owner published for `firstDeal`; 0 when there is none.
    struct Object {
        uint32 firstDeal;
        uint32 blockNumber;
        uint80 manifestTag;
        bytes32 publishedHash;
    }

    /// @notice What the market holds for one deal, and for whom. Every token that came in for the deal and has not become a
    /// balance yet is in exactly one of the amounts.
    /// @param client Has `refund` and `compensation` by settling now, and `escrow` when periods are missed.
    /// @param payee Has `earned` by settling now, and `escrow` when periods are proven.
    /// @param provider Has `unlocked` by settling now, and `collateral` at the end.
    /// @param earned Due to the payee now.
    /// @param refund Due to the client now, out of the escrow.
    /// @param compensation Due to the client now, out of the collateral.
    /// @param unlocked Due to the provider's free stake now.
    /// @param escrow What stays for later periods.
    /// @param collateral What stays locked for later periods.
    /// @param bond Of the open challenge; the beneficiary's when it is answered, else the client's.
    struct Holding {
        address client;
        address payee;
        uint32 provider;
        uint256 earned;
        uint256 refund;
        uint256 compensation;
        uint256 unlocked;
        uint256 escrow;
        uint256 collateral;
        uint256 bond;
    }

    /* ERRORS */

    /// @notice Thrown when a page of no entries is asked for.
    error LimitZero();
    /// @notice Thrown when a cursor lies behind the newest entry.
    error CursorInvalid(uint256 cursor, uint256 length);

    /* DEALS */

    /// @notice Deals as they stand now, in the order asked for.
    function deals(IStorageMarket market, uint32[] calldata ids) external view returns (IMarketState.Deal[] memory);

    /// @notice What deals hold, in the order asked for.
    function holdings(IStorageMarket market, uint32[] calldata ids) external view returns (Holding[] memory);

    /// @notice Low 78 bits of the hash of the manifest that `firstDeal` was opened with; 0 when it is not the first deal of an object.
    function manifestTag(IStorageMarket market, uint32 firstDeal) external view returns (uint80);

    /* PROVIDERS */

    /// @notice A provider as it stands now.
    function providerNow(IStorageMarket market, uint32 id) external view returns (ProviderEntry memory);

    /// @notice Providers as they stand now, newest first.
    /// @param limit Most entries of the page; at least 1.
    function providers(
        IStorageMarket market,
        uint256 cursor,
        uint256 limit
    ) external view returns (ProviderEntry[] memory page, uint256 next);

    /// @notice The deals in a provider's list, the last entry first: entry i of a page that began at cursor c has the list's index
    /// c - 1 - i, where the first page begins at the list's length.
    /// @dev Delisting moves the last entry to an earlier place: read all pages of one block for a list without gaps.
    /// @param limit Most entries of the page; at least 1.
    function dealsOfProvider(
        IStorageMarket market,
        uint32 id,
        uint256 cursor,
        uint256 limit
    ) external view returns (uint32[] memory page, uint256 next);

    /* OBJECTS */

    /// @notice The objects of an owner, newest first. An object that was published again is listed again.
    /// @param received False: what the owner paid for or published. True: what others paid for.
    /// @param limit Most entries of the page; at least 1.
    function objects(
        IStorageMarket market,
        address owner,
        bool received,
        uint256 cursor,
        uint256 limit
    ) external view returns (Object[] memory page, uint256 next);

    /* NONCES */

    /// @notice Used and void nonces of a provider: bit i stands for nonce 256 * word + i.
    function nonceWord(IStorageMarket market, uint32 id, uint248 word) external view returns (uint256);

    /// @notice Whether a nonce of a provider is used or void.
    function nonceUsed(IStorageMarket market, uint32 id, uint256 nonce) external view returns (bool);

    /// @notice Whether a consent of a signer is used or void.
    function consentUsed(IStorageMarket market, address signer, uint256 nonce) external view returns (bool);
}
